import { toBatch } from '../../core/series/batch.ts';
import type { Series } from '../../core/series/series.ts';
import type { Finding, Parsed } from '../../core/series/source.ts';
import { KNOWN_AT, type TableSpec } from '../../core/series/table.ts';
import { DAY } from '../../core/time/time.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { readDay, readNumber } from '../rest/values.ts';
import { isUnrevised } from './series.ts';

export const macroTable = {
  name: 'macro_observations',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'realtime_start', type: 'timestamptz' },
    { name: 'realtime_end', type: 'timestamptz' },
    { name: 'value', type: 'float8' },
  ],
  key: ['symbol', 'time', 'realtime_start'],
  computed: [KNOWN_AT],
  vintages: { from: 'realtime_start', until: 'realtime_end' },
  cadence: 'irregular',
} as const satisfies TableSpec;

/** One value of one observation; instants in epoch ms, `until` exclusive and null for the one that still holds. */
interface Vintage {
  readonly time: number;
  readonly from: number;
  readonly until: number | null;
  readonly value: number | null;
}

const FOR_EVER = '9999-12-31';

/**
 * The vintages in an answer of `series/observations`.
 * @throws GordonError `malformed-rows`
 */
export function parseObservations(
  body: Uint8Array,
  { symbol }: Series,
): Parsed & { readonly rowsInBody: number } {
  const entries = observationsIn(body, symbol);
  const bad = new BadCells(symbol, DAY);
  const vintages = entries.flatMap((entry: unknown): Vintage[] => {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const time = readDay(row.date);
    const unread = (field: string): Vintage[] => {
      bad.note(time, field, row[field]);
      return [];
    };
    const [start, end] = [readDay(row.realtime_start), readDay(row.realtime_end)];
    // FRED writes a full stop for "no value": a holiday, or a month that was not surveyed. It is not zero.
    const value = row.value === '.' ? null : readNumber(row.value);
    if (time === undefined) return unread('date');
    if (start === undefined) return unread('realtime_start');
    if (end === undefined) return unread('realtime_end');
    if (value === undefined || typeof row.value !== 'string') return unread('value');
    // Without former values the period only shows when the request was made. A day's close is known from the next day on.
    if (isUnrevised(symbol)) return [{ time, from: time + DAY, until: null, value }];
    return [{ time, from: start, until: row.realtime_end === FOR_EVER ? null : end + DAY, value }];
  });
  const { batch, findings } = pageOf(symbol, vintages);
  return { batch, findings: [...bad.findings(vintages.length), ...findings], rowsInBody: entries.length };
}

function observationsIn(body: Uint8Array, symbol: string): readonly unknown[] {
  const { observations } = (readJson(body, symbol) ?? {}) as { readonly observations?: unknown };
  if (!Array.isArray(observations)) throw malformed(symbol, 'the answer has no list "observations".');
  return observations;
}

/** Days of the observations in an answer, as it has them; epoch ms. @throws GordonError `malformed-rows` */
export const observationDays = (body: Uint8Array): number[] =>
  observationsIn(body, 'fred').map((entry) => {
    const { date } = (entry ?? {}) as { readonly date?: unknown };
    const at = readDay(date);
    if (at === undefined) throw malformed('fred', `an observation has date ${String(date)}.`);
    return at;
  });

/** Joins the pages of touching real-time periods: a value that holds across their border becomes one vintage again. */
export function joinVintages(parts: readonly Parsed[]): Parsed {
  const symbol = parts.flatMap(({ batch }) => batch.columns[0] as readonly string[])[0] ?? '';
  const { batch, findings } = pageOf(symbol, parts.flatMap(vintagesOf));
  return { batch, findings: [...parts.flatMap((part) => part.findings), ...findings] };
}

function vintagesOf({ batch }: Parsed): Vintage[] {
  const [, , from, until, value] = batch.columns as readonly Float64Array[];
  const orNull = (cell: number): number | null => (Number.isNaN(cell) ? null : cell);
  return Array.from(batch.times, (time, i) => ({
    time,
    from: from![i]!,
    until: orNull(until![i]!),
    value: orNull(value![i]!),
  }));
}

function pageOf(symbol: string, vintages: readonly Vintage[]): Parsed {
  const kept: Vintage[] = [];
  const findings: Finding[] = [];
  for (const next of vintages.toSorted((a, b) => a.time - b.time || a.from - b.from)) {
    const last = kept.at(-1);
    if (last?.time !== next.time) kept.push(next);
    else if (last.from === next.from) {
      // Reported twice: the first one is kept, as in every table.
      if (last.value !== next.value) findings.push(conflict(last, next));
    } else if (last.value === next.value && last.until === next.from) {
      kept[kept.length - 1] = { ...last, until: next.until };
    } else kept.push(next);
  }
  const rows = kept.map(({ time, from, until, value }) => [symbol, time, from, until, value] as const);
  return { batch: toBatch(macroTable, rows), findings };
}

const conflict = (kept: Vintage, dropped: Vintage): Finding => ({
  kind: 'duplicate-conflict',
  time: kept.time,
  detail: { kept: JSON.stringify(kept), dropped: JSON.stringify(dropped) },
});
