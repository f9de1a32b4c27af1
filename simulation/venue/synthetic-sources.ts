import { GordonError } from '../../functions/core/errors/errors.ts';
import { sortAndDedupe, toBatch } from '../../functions/core/series/batch.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type {
  ArchiveTier,
  ListingProbe,
  PagesTier,
  Parsed,
  Source,
} from '../../functions/core/series/source.ts';
import type { TableSpec } from '../../functions/core/series/table.ts';
import type { HttpRequest, LimitFamily } from '../../functions/core/series/venue.ts';
import type { Period } from '../../functions/core/time/period.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import type { Tick } from './synthetic-market.ts';

/** How a synthetic source differs from the default, which has monthly and daily archives and pages. */
export interface Traits extends Partial<Omit<Source, 'tiers' | 'table'>> {
  readonly id: string;
  /** units of the archive tiers, coarsest first */
  readonly archives?: readonly ('month' | 'day')[];
  /** how far back the pages reach, in ms; defaults to no limit */
  readonly reachMs?: number;
  readonly pageRows?: number;
  /** makes it a table of events, one each this many ms */
  readonly everyMs?: number;
  /** the source has a snapshot tier alone */
  readonly snapshot?: boolean;
}

export interface SyntheticSource extends Source {
  readonly everyMs?: number;
}

const venue = { id: 'synthetic', judge: () => ({ kind: 'ok' as const }) };
const host = { env: 'GORDON_SYNTHETIC_URL', url: 'http://synthetic' };
export const SYNTHETIC_FAMILY: LimitFamily = { id: 'synthetic-rest', limit: 1_200, windowMs: MINUTE };

const requestFor = (path: string, query?: HttpRequest['query']): HttpRequest => ({
  venue,
  host,
  path,
  ...(query && { query, family: SYNTHETIC_FAMILY }),
});

const tableOf = ({ id, everyMs }: Traits): TableSpec => ({
  name: id,
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'close', type: 'float8' },
  ],
  key: ['symbol', 'timeframe', 'time'],
  ...(everyMs !== undefined && { cadence: 'irregular' }),
});

export function syntheticSource(traits: Traits): SyntheticSource {
  const { archives = ['month', 'day'], reachMs, pageRows = 100, snapshot, ...given } = traits;
  const table = tableOf(traits);
  return {
    family: 'klines',
    title: traits.id,
    timeframes: ['1m', '1h'],
    defaultTimeframe: '1h',
    defaultSymbols: ['AAA', 'BBB'],
    symbolPattern: /^[A-Z]{3}$/,
    finalAfterMs: 0,
    settleMs: 2 * HOUR,
    chunkUnit: () => 'month',
    listing: probe,
    ...(traits.everyMs !== undefined && { longestSilenceMs: traits.everyMs }),
    ...given,
    table,
    tiers: snapshot
      ? [snapshotOf(traits, table)]
      : [
          ...archives.map((unit) => archiveOf(traits, table, unit)),
          pagesOf(traits, table, pageRows, reachMs),
        ],
  };
}

/** Siblings, whose rows lie in the same archive objects, share one data set. */
export const datasetOf = ({ id, siblings = [] }: Pick<Source, 'id' | 'siblings'>): string =>
  [id, ...siblings].sort()[0]!;

/** Encodes a body: rows are pairs, and archive objects hold them by source. */
export const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function decode<T>(body: Uint8Array, subject: string): T {
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const message = 'the body is not JSON.';
    throw new GordonError({ name: 'PermanentError', code: 'malformed-rows', subject, message, cause });
  }
}

function parsedOf(table: TableSpec, { symbol, timeframe }: Series, ticks: readonly Tick[]): Parsed {
  return sortAndDedupe(
    toBatch(
      table,
      ticks.map(([time, price]) => [symbol, timeframe, time, price] as const),
    ),
  );
}

function archiveOf(traits: Traits, table: TableSpec, unit: 'month' | 'day'): ArchiveTier {
  return {
    kind: 'archive',
    name: unit,
    unit,
    object: ({ symbol, timeframe }, { name }: Period) => {
      const path = `/archive/${datasetOf(traits)}/${symbol}/${timeframe}/${unit}/${name}`;
      return { file: requestFor(path), checksum: requestFor(`${path}.CHECKSUM`) };
    },
    publishedAt: ({ end }) => end + (unit === 'day' ? 8 * HOUR : 3 * DAY),
    parser: (series) => ({
      push(bytes) {
        const rows = decode<Readonly<Record<string, readonly Tick[]>>>(bytes, traits.id);
        const instants = new Set(Object.values(rows).flatMap((ticks) => ticks.map(([time]) => time)));
        const read = (id: string, of: TableSpec): Parsed => {
          const parsed = parsedOf(of, series, rows[id] ?? []);
          const there = new Set(parsed.batch.times);
          // As in a real file, a line has a cell for each sibling, and an empty cell is a finding.
          const empty = [...instants].filter((time) => !there.has(time));
          const findings = empty.map((time) => ({ kind: 'empty-field', time, detail: {} }));
          return { ...parsed, findings: [...parsed.findings, ...findings] };
        };
        const also = (traits.siblings ?? []).flatMap((id) =>
          rows[id] ? [[id, read(id, tableOf({ ...traits, id }))] as const] : [],
        );
        return { ...read(traits.id, table), also: Object.fromEntries(also) };
      },
      end: () => undefined,
    }),
  };
}

function pagesOf(
  { id, everyMs }: Traits,
  table: TableSpec,
  pageRows: number,
  reachMs: number | undefined,
): PagesTier {
  return {
    kind: 'pages',
    name: 'rest',
    direction: 'forward',
    pageRows,
    ...(reachMs !== undefined && { reachMs }),
    request: ({ symbol, timeframe }, { start, end }: Range) =>
      requestFor(`/rest/${id}/${symbol}/${timeframe}`, { start, end, limit: pageRows }),
    parse: (body, series, asOf) => {
      const ticks = decode<readonly Tick[]>(body, id);
      const after = everyMs === undefined ? stepOf(series.timeframe) : 0;
      const final = ticks.filter(([time]) => time + after <= asOf);
      return { ...parsedOf(table, series, final), rowsInBody: ticks.length };
    },
  };
}

const snapshotOf = ({ id }: Traits, table: TableSpec): Source['tiers'][number] => ({
  kind: 'snapshot',
  name: 'snapshot',
  requests: ({ symbol }) => [requestFor(`/snapshot/${id}/${symbol}`, {})],
  parse: ([body], series, at) =>
    parsedOf(
      table,
      series,
      decode<readonly number[]>(body!, id).map((price): Tick => [at, price]),
    ),
});

const probe: ListingProbe = {
  first: ({ source, symbol }) => requestFor(`/first/${source}/${symbol}`, {}),
  firstAt: (body, { source }) => decode<number | null>(body, source) ?? undefined,
  last: ({ source, symbol }) => requestFor(`/last/${source}/${symbol}`, {}),
  lastAt: (body, { source }) => decode<number | null>(body, source) ?? undefined,
  status: ({ source, symbol }) => requestFor(`/status/${source}/${symbol}`, {}),
  isTrading: (body, { source }) => decode<boolean>(body, source),
};
