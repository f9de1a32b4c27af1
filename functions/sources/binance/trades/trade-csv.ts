import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Finding, ObjectFacts, Parsed, StreamParser } from '../../../core/series/source.ts';
import { normalize, type Range, type RangeSet, subtract } from '../../../core/time/range.ts';
import { floorTo } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { DecimalReader, endsField } from '../../csv/decimal.ts';
import { WholeLines } from '../../csv/whole-lines.ts';
import { malformed } from '../../rest/malformed.ts';
import { isOpenTime } from '../klines/kline-rows.ts';
import {
  ID_COLUMN,
  type Jump,
  jumpsIn,
  missingTrades,
  releasable,
  TRADE_FIELDS,
  TradeRows,
} from './trade-rows.ts';

const COMMA = 44;
const LF = 10;
const CR = 13;
const TIME = 5;
const MAKER = 6;
/** How a header begins, where there is one. */
const HEADER = new TextEncoder().encode('agg_trade_id,');

/** Rows of a piece; more only where a single step has more. */
export const PIECE_ROWS = 50_000;

/**
 * Reads an archive's CSV of aggregated trades, in the order of their ids: with a header or without, milliseconds or microseconds,
 * `true` or `True`. Its pieces end with a whole step, so that memory does not grow with the file. A day's jump of ids is a finding; a
 * month's leaves the steps around it to the day's file, which once had what the month did not.
 * @param expected steps of the whole file; it says nothing about its rows
 */
export function tradeCsvParser(
  unit: 'month' | 'day',
): (series: Series, expected?: number, facts?: ObjectFacts) => StreamParser {
  return (series, _expected, facts) => new TradeCsv(series, unit, facts?.period);
}

class TradeCsv implements StreamParser {
  readonly #series: Series;
  readonly #unit: 'month' | 'day';
  readonly #period: Range | undefined;
  readonly #step: number;
  readonly #lines = new WholeLines();
  readonly #decimal = new DecimalReader();
  readonly #rows: TradeRows;
  readonly #fields = new Float64Array(TRADE_FIELDS.length);
  #line = 0;
  #since = 0;
  /** up to here all rows were given away */
  #given = Number.NEGATIVE_INFINITY;
  #previous: Jump['after'] | undefined;

  constructor(series: Series, unit: 'month' | 'day', period: Range | undefined) {
    this.#series = series;
    this.#unit = unit;
    this.#period = period;
    this.#step = stepOf(series.timeframe);
    this.#rows = new TradeRows(series);
    if (period) this.#given = period.start;
  }

  push(bytes: Uint8Array): Parsed | undefined {
    const pieces = this.#lines.push(bytes);
    if (!pieces) throw this.#wrong('is too long to be one');
    for (const piece of pieces) this.#parse(piece);
    if (this.#since < PIECE_ROWS) return undefined;
    const until = floorTo(this.#rows.newest, this.#step);
    return until > this.#given ? this.#give(until) : undefined;
  }

  end(): Parsed | undefined {
    this.#parse(this.#lines.end());
    const all = this.#rows.length === 0 ? this.#given : floorTo(this.#rows.newest, this.#step) + this.#step;
    const end = this.#period?.end ?? all;
    return this.#rows.length === 0 && !this.#period ? undefined : this.#give(end);
  }

  /** All that lies before an instant between two steps. */
  #give(until: number): Parsed {
    const batch = this.#rows.take(until);
    this.#since = this.#rows.length;
    const jumps = jumpsIn(batch, this.#previous);
    if (batch.length > 0) {
      const id = batch.columns[ID_COLUMN] as Float64Array;
      this.#previous = { id: id[batch.length - 1]!, time: batch.times[batch.length - 1]! };
    }
    const start = Number.isFinite(this.#given) ? this.#given : floorTo(batch.times[0] ?? until, this.#step);
    this.#given = until;
    const whole = normalize([{ start, end: until }]);
    const byDay = this.#unit === 'day';
    const findings: Finding[] = byDay ? jumps.map(missingTrades) : [];
    return releasable(batch, findings, byDay ? whole : subtract(whole, this.#around(jumps)));
  }

  /** The steps in which trades may be missing. */
  #around(jumps: readonly Jump[]): RangeSet {
    return normalize(
      jumps.map(({ after, before }) => ({
        start: floorTo(after.time, this.#step),
        end: floorTo(before.time, this.#step) + this.#step,
      })),
    );
  }

  #parse(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      this.#line++;
      const first = bytes[at]!;
      if (first === LF || first === CR) at = bytes[at + 1] === LF && first === CR ? at + 2 : at + 1;
      else if (this.#line === 1 && first === HEADER[0]) at = this.#header(bytes);
      else at = this.#row(bytes, at);
    }
  }

  #header(bytes: Uint8Array): number {
    if (HEADER.some((byte, i) => bytes[i] !== byte)) throw this.#wrong('is neither a trade nor a header');
    return bytes.indexOf(LF) + 1 || bytes.length;
  }

  /** @returns index of the line after */
  #row(bytes: Uint8Array, from: number): number {
    const to = bytes.length;
    let at = from;
    for (let f = 0; f < TRADE_FIELDS.length; f++) {
      const value = f === MAKER ? this.#flag(bytes, at, to) : this.#number(bytes, at, to);
      const fits = f === TIME ? isOpenTime(value) : f === 1 || f === 2 ? value >= 0 : isId(value);
      if (!(f === MAKER || fits)) throw this.#wrong(`has no ${TRADE_FIELDS[f]!}`);
      this.#fields[f] = value;
      at = this.#decimal.end;
      if (bytes[at] === COMMA) at++;
      else if (f < TRADE_FIELDS.length - 1) throw this.#wrong(`ends after ${f + 1} fields`);
    }
    this.#rows.add(this.#fields);
    this.#since++;
    if (this.#rows.newest < this.#given) throw this.#wrong('is older than trades before it');
    while (at < to && bytes[at] !== LF) at++;
    return at + 1;
  }

  #number(bytes: Uint8Array, at: number, to: number): number {
    return this.#decimal.read(bytes, at, to);
  }

  /** `true` or `false`, in whatever case. */
  #flag(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    while (end < to && !endsField(bytes[end])) end++;
    this.#decimal.end = end;
    const text = String.fromCharCode(...bytes.subarray(from, end)).toLowerCase();
    if (text === 'true') return 1;
    if (text === 'false') return 0;
    throw this.#wrong('does not say who the maker was');
  }

  #wrong(why: string) {
    return malformed(seriesLabel(this.#series), `line ${this.#line} of the CSV ${why}.`);
  }
}

const isId = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
