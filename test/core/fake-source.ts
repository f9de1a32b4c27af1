import { GordonError } from '../../functions/core/errors/errors.ts';
import type { ArchiveUse, FetchContext } from '../../functions/core/fetch/fetch-context.ts';
import { fetchMissing } from '../../functions/core/fetch/fetch-missing.ts';
import type { Progress } from '../../functions/core/fetch/fetch-progress.ts';
import type { ArchiveFile } from '../../functions/core/fetch/ports.ts';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import { sortAndDedupe, toBatch } from '../../functions/core/series/batch.ts';
import {
  type ArchiveListing,
  type ArchiveTier,
  type Listing,
  type PagesTier,
  type Parsed,
  type Source,
  UNREADABLE_CELL,
} from '../../functions/core/series/source.ts';
import type { TableSpec } from '../../functions/core/series/table.ts';
import type { HttpRequest } from '../../functions/core/series/venue.ts';
import type { Period } from '../../functions/core/time/period.ts';
import { type Range, type RangeSet, union } from '../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';

/** Hours of readings: few enough to write down, and a day has two dozen. */
export const STEP = HOUR;
export const SERIES = { source: 'readings', symbol: 'X', timeframe: '1h' as const };
const TABLE: TableSpec = {
  name: 'readings',
  columns: [
    { name: 'time', type: 'timestamptz' },
    { name: 'value', type: 'float8' },
  ],
  key: ['time'],
};

/** Instants at which the venue has rows. Its bodies are lists of numbers. */
const bodyOf = (times: readonly number[]): Uint8Array => new TextEncoder().encode(JSON.stringify(times));
const timesIn = (body: Uint8Array): number[] => JSON.parse(new TextDecoder().decode(body)) as number[];
const parsedOf = (times: readonly number[]): Parsed =>
  sortAndDedupe(
    toBatch(
      TABLE,
      times.map((time) => [time, time / HOUR] as const),
    ),
  );

const malformedRows = (): GordonError =>
  new GordonError({ name: 'PermanentError', code: 'malformed-rows', subject: 'x', message: 'not a number.' });

const tooLong = (): GordonError =>
  new GordonError({ name: 'PermanentError', code: 'venue-refused', subject: 'x', message: 'too long.' });

export interface World {
  /** our clock and the venue's */
  now: number;
  /** instants of the rows that the REST tier has */
  rest: readonly number[];
  /** those of them whose cell does not read; an answer of nothing else is refused */
  unread?: readonly number[];
  direction: PagesTier['direction'];
  pageRows: number;
  /** what the venue cuts its pages at, if that is less than it should */
  cappedAt?: number;
  /** answers with its rows whatever range is requested */
  ignoresBounds?: boolean;
  /** objects by name (`2025-03` or `2025-03-01`): instants in the order of the file, or the damage */
  archive: Readonly<Record<string, readonly number[] | GordonError>>;
  /** rows for each piece that the parser gives; defaults to all at once */
  pieceRows: number;
  listing: () => Promise<Listing | undefined>;
  archives: ArchiveUse;
  /** with which the REST tier refuses each request */
  restRefuses?: GordonError;
  /** how far back the REST tier answers; defaults to no limit */
  reachMs?: number;
  /** a longer range is refused */
  spanMs?: number;
  reachRows?: number;
  /** the archive has a listing: of its objects, or one that fails */
  listed?: true | GordonError;
  /** only days, each of which also holds the instant at which it ends */
  closing?: true;
  /** an object is there when this has resolved; defaults to at once */
  arrives?: () => Promise<unknown>;
}

export interface Filled {
  readonly pages: Page[];
  readonly progress: Progress;
  /** `month 2025-03`, `day 2025-03-01`, `rest 2025-…/…` in the order of requests */
  readonly calls: string[];
  readonly times: number[];
  readonly have: RangeSet;
}

const venue = { id: 'fake', judge: () => ({ kind: 'ok' as const }) };
const host = { env: 'GORDON_FAKE_URL', url: 'http://fake' };

/** Runs the engine over a made-up venue, to its end or for a number of pages. */
export async function fill(
  world: Partial<World>,
  missing: RangeSet,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<Filled> {
  const w: World = {
    now: Date.UTC(2025, 5, 1),
    rest: [],
    direction: 'forward',
    pageRows: 10,
    archive: {},
    pieceRows: 1e6,
    listing: async () => ({ listedAt: 0 }),
    archives: 'required',
    ...world,
  };
  const calls: string[] = [];
  const clock = () => w.now;
  const context: FetchContext = {
    source: sourceOf(w),
    series: SERIES,
    sources: {},
    archives: w.archives,
    listing: () => w.listing(),
  };
  const ports = {
    clock,
    archive: {
      read: async (object: { file: HttpRequest }): Promise<ArchiveFile | undefined> => {
        const [, unit, name] = object.file.path.split('/') as [string, string, string];
        calls.push(`${unit} ${name}`);
        await w.arrives?.();
        const rows = w.archive[name];
        if (rows instanceof GordonError) throw rows;
        return rows && { sha256: `sha of ${name}`, content: pieces(rows, w.pieceRows) };
      },
    },
    venue: {
      get: async (request: HttpRequest) => {
        if (request.path.startsWith('/listing')) {
          calls.push(`list ${request.path.split('/')[2]}`);
          if (w.listed instanceof GordonError) throw w.listed;
          const names = Object.keys(w.archive).map((name) => `/${name.length > 7 ? 'day' : 'month'}/${name}`);
          const body = new TextEncoder().encode(JSON.stringify(names));
          return { status: 200, headers: {}, body, asOf: w.now, url: host.url };
        }
        const { start, end, limit } = request.query as { start: number; end: number; limit: number };
        calls.push(`rest ${hours(start)}-${hours(end)}`);
        if (w.restRefuses) throw w.restRefuses;
        if (end - start > (w.spanMs ?? Number.POSITIVE_INFINITY)) throw tooLong();
        const within = w.rest.filter((t) => w.ignoresBounds || (t >= start && t < end));
        const cap = Math.min(limit, w.cappedAt ?? limit);
        const rows = w.direction === 'forward' ? within.slice(0, cap) : within.slice(-cap);
        return { status: 200, headers: {}, body: bodyOf(rows), asOf: w.now, url: host.url };
      },
    },
  };
  const pages: Page[] = [];
  const fetch = fetchMissing(ports, context, missing);
  for await (const page of fetch.pages) if (pages.push(page) === stopAfter) break;
  return {
    pages,
    progress: fetch.progress,
    calls,
    times: pages.flatMap((page) => [...page.rows.times]),
    have: pages.reduce<RangeSet>((set, page) => union(set, page.have), []),
  };
}

/** Hours since the first of January 2025, for short names. */
export const hours = (at: number): number => (at - Date.UTC(2025, 0)) / HOUR;

async function* pieces(rows: readonly number[], length: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < rows.length; i += length) yield bodyOf(rows.slice(i, i + length));
}

const listingOf = (): ArchiveListing => ({
  request: (folder) => ({ venue, host, path: `/listing${folder}` }),
  parse: (body) => {
    const paths = JSON.parse(new TextDecoder().decode(body)) as string[];
    return { objects: paths.map((path) => ({ path, modified: 0 })), more: false };
  },
});

function sourceOf(w: World): Source {
  const archive = (unit: 'day' | 'month'): ArchiveTier => ({
    kind: 'archive',
    name: unit,
    unit,
    ...(w.closing && { closing: w.closing }),
    ...(w.listed && { listing: listingOf() }),
    object: (_series, { name }: Period) => {
      const file: HttpRequest = { venue, host, path: `/${unit}/${name}` };
      return { file, checksum: file };
    },
    publishedAt: (period) => period.end + (unit === 'day' ? 8 * HOUR : 3 * DAY),
    parser: () => ({
      push(bytes) {
        const times = timesIn(bytes);
        // A negative instant stands for a cell that is not a number.
        if (times.some((t) => t < 0)) throw malformedRows();
        return parsedOf(times);
      },
      end: () => undefined,
    }),
  });
  const rest: PagesTier = {
    kind: 'pages',
    name: 'rest',
    direction: w.direction,
    pageRows: w.pageRows,
    ...(w.reachMs !== undefined && { reachMs: w.reachMs }),
    ...(w.spanMs !== undefined && { spanMs: w.spanMs }),
    ...(w.reachRows !== undefined && { reachRows: w.reachRows }),
    request: (_series, { start, end }: Range) => ({
      venue,
      host,
      path: '/rest',
      query: { start, end, limit: w.pageRows },
    }),
    parse: (body, _series, asOf) => {
      const times = timesIn(body);
      const bad = times.filter((t) => w.unread?.includes(t));
      if (bad.length > 0 && bad.length === times.length) throw malformedRows();
      const read = parsedOf(times.filter((t) => t + STEP <= asOf && !bad.includes(t)));
      const findings = bad.map((time) => ({
        kind: UNREADABLE_CELL,
        time,
        until: time + STEP,
        detail: { rows: 1 },
      }));
      return { ...read, findings: [...read.findings, ...findings], rowsInBody: times.length };
    },
  };
  return {
    id: 'readings',
    family: 'metrics',
    title: 'Readings',
    table: TABLE,
    timeframes: ['1h'],
    defaultTimeframe: '1h',
    defaultSymbols: ['X'],
    symbolPattern: /^X$/,
    finalAfterMs: 0,
    settleMs: 2 * HOUR,
    chunkUnit: () => 'month',
    tiers: w.closing ? [archive('day'), rest] : [archive('month'), archive('day'), rest],
    listing: {
      first: never,
      last: never,
      status: never,
      firstAt: () => undefined,
      lastAt: () => undefined,
      isTrading: () => true,
    },
  };
}

const never = (): never => {
  throw new Error('the engine requests a listing through its context only');
};
