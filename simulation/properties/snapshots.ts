import type { Series } from '../../functions/core/series/series.ts';
import type { TableSpec } from '../../functions/core/series/table.ts';
import { clip, measure, type Range, type RangeSet } from '../../functions/core/time/range.ts';
import { ceilTo, floorTo, HOUR } from '../../functions/core/time/time.ts';
import { gexTable } from '../../functions/sources/deribit/gamma-exposure.ts';
import { option_quotes_deribit } from '../../functions/sources/options/option_quotes_deribit.ts';
import type { Currency } from '../../simulator/deribit/chain.ts';
import type { Values } from '../venue/market/values.ts';
import { quotesOf } from '../venue/wire/options.ts';
import type { Violation } from './violations.ts';

/** One strike or option of a snapshot, in the order of its table's columns. */
export interface StoredStrike {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const columnsOf = ({ columns }: TableSpec): Readonly<Record<string, number>> =>
  Object.fromEntries(columns.map(({ name }, i) => [name, i]));

/** Of the exposure by strike, and of the chain with a row for each option. */
const STRIKES = columnsOf(gexTable);
const OPTIONS = columnsOf(option_quotes_deribit.table);

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
  const isQuoted = series.source === option_quotes_deribit.id ? isQuotedOption : isQuotedStrike;
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

/** An hour may end while its answer is on its way. */
const isOfHour = (time: number, quotedAt: number): boolean =>
  Math.abs(floorTo(quotedAt, HOUR) - time) <= APART;

function isQuotedOption(values: Values, { symbol }: Series, { time, cells }: StoredStrike): boolean {
  const cell = (name: string): unknown => cells[OPTIONS[name]!];
  const quotedAt = Number(cell('quoted_at'));
  const quoted = quotesOf(values, symbol as Currency, quotedAt).find(
    ({ name }) => name === cell('instrument'),
  );
  return (
    isOfHour(time, quotedAt) &&
    quoted !== undefined &&
    cell('expiry') === quoted.expiry &&
    cell('strike') === quoted.strike &&
    cell('open_interest') === quoted.openInterest &&
    cell('mark_iv') === quoted.iv
  );
}

function isQuotedStrike(values: Values, { symbol }: Series, { time, cells }: StoredStrike): boolean {
  const cell = (name: string): unknown => cells[STRIKES[name]!];
  const quotedAt = Number(cell('quoted_at'));
  if (!isOfHour(time, quotedAt)) return false;
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
