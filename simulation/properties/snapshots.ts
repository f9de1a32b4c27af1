import type { Series } from '../../functions/core/series/series.ts';
import { clip, measure, type Range, type RangeSet } from '../../functions/core/time/range.ts';
import { ceilTo, floorTo, HOUR } from '../../functions/core/time/time.ts';
import { gexTable } from '../../functions/sources/deribit/gamma-exposure.ts';
import type { Currency } from '../../simulator/deribit/chain.ts';
import type { Values } from '../venue/market/values.ts';
import { quotesOf } from '../venue/wire/options.ts';
import type { Violation } from './violations.ts';

/** One strike of a snapshot, in the order of its table's columns. */
export interface StoredStrike {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const COLUMN = Object.fromEntries(gexTable.columns.map(({ name }, i) => [name, i]));

/** An hour may end while its answer is on its way. */
const APART = HOUR;

/**
 * Judges snapshots, of which the venue keeps no history: each calm hour has one, and what it says of an option is what was quoted
 * in the hour in which it was taken.
 * @param within from the first order to now
 * @param had hours that the ledger has, and of which nobody deleted rows
 */
export function judgeSnapshots(
  values: Values,
  series: Series,
  rows: readonly StoredStrike[],
  within: Range,
  calm: RangeSet,
  had: RangeSet,
): Violation[] {
  const found: Violation[] = [];
  const taken = new Set(rows.map(({ time }) => time));
  const lost: number[] = [];
  for (let hour = ceilTo(within.start, HOUR); hour + HOUR <= within.end; hour += HOUR) {
    const wholly = measure(clip(calm, { start: hour, end: hour + HOUR })) === HOUR;
    if (wholly && !taken.has(hour)) lost.push(hour);
  }
  const [first] = lost;
  if (first !== undefined) {
    found.push({
      breach: 'missed',
      series,
      time: first,
      rows: lost.length,
      why: 'no snapshot of a calm hour',
    });
  }
  const hollow = hoursIn(had).filter((hour) => !taken.has(hour));
  if (hollow[0] !== undefined) {
    const why = 'the ledger has a snapshot without a row';
    found.push({ breach: 'false proof', series, time: hollow[0], rows: hollow.length, why });
  }
  const wrong = rows.filter((row) => !isQuoted(values, series, row));
  if (wrong[0]) {
    const { time } = wrong[0];
    found.push({ breach: 'other value', series, time, rows: wrong.length, why: 'nobody quoted that then' });
  }
  return found;
}

const hoursIn = (ranges: RangeSet): number[] =>
  ranges.flatMap(({ start, end }) => {
    const first = ceilTo(start, HOUR);
    return Array.from({ length: Math.max(0, Math.ceil((end - first) / HOUR)) }, (_, i) => first + i * HOUR);
  });

function isQuoted(values: Values, { symbol }: Series, { time, cells }: StoredStrike): boolean {
  const cell = (name: string): unknown => cells[COLUMN[name]!];
  const quotedAt = Number(cell('quoted_at'));
  if (Math.abs(floorTo(quotedAt, HOUR) - time) > APART) return false;
  const of = (side: 'C' | 'P') =>
    quotesOf(values, symbol as Currency, quotedAt).find(
      (one) => one.side === side && one.expiry === cell('expiry') && one.strike === cell('strike'),
    );
  const [call, put] = [of('C'), of('P')];
  return (
    call !== undefined &&
    put !== undefined &&
    cell('call_oi') === call.openInterest &&
    cell('put_oi') === put.openInterest &&
    cell('call_iv') === call.iv &&
    cell('put_iv') === put.iv
  );
}
