import type { GordonError } from '../../../core/errors/errors.ts';
import { releaseNumbers, sortAndDedupe } from '../../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Finding, Parsed } from '../../../core/series/source.ts';
import type { Batch } from '../../../core/series/table.ts';
import { floorTo, iso } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { malformed } from '../../rest/malformed.ts';
import { isInstant } from '../../rest/values.ts';

/** Numbers of a candle in the venue's order, from open time to taker quote volume; the field after them has no meaning. */
export const KLINE_FIELDS = 11;
const OPEN_TIME = 0;
const CLOSE_TIME = 6;
export const TRADES = 8;

/** A page of REST. */
const FEW = 1_024;

/** Names of the fields, for messages. */
export const KLINE_NAMES =
  'open_time open high low close volume close_time quote_volume count taker_buy_volume taker_buy_quote_volume'.split(
    ' ',
  );

const MAX_INT4 = 2 ** 31 - 1;
/** Whether a number can be a count of trades: an integer that fits the column, int4. */
export const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= MAX_INT4;
/** From here on a stamp is in microseconds: spot archives since 2025, REST on request. */
const FIRST_MICROS = 1e15;

/** Whether a stamp of either unit can be a candle's opening. */
export const isOpenTime = (stamp: number): boolean => isInstant(toMillis(stamp));

/** A stamp of either unit as epoch ms, with a fraction where the microseconds have one. */
export const toMillis = (stamp: number): number => (stamp >= FIRST_MICROS ? stamp / 1000 : stamp);

/** Collects candles field by field in typed arrays; `take` makes a batch of them on the series' grid. */
export class KlineRows {
  length = 0;
  fields: readonly Float64Array[] = NONE;
  readonly #series: Series;
  readonly #expected: number;
  #taken = 0;

  /** @param expected rows for which room is made at once: growing costs three times as much memory on the way */
  constructor(series: Series, expected = FEW) {
    this.#series = series;
    this.#expected = expected;
  }

  /** Makes room for more rows at `length`. */
  reserve(rows = 1): void {
    if (this.length + rows <= this.fields[0]!.length) return;
    const wider = arrays(Math.max(this.length + rows, this.length * 2 || this.#expected));
    for (const [f, field] of this.fields.entries()) wider[f]!.set(field);
    this.fields = wider;
  }

  /** @throws GordonError `malformed-rows` */
  take(): Parsed | undefined {
    if (this.length === 0) return undefined;
    const fields = this.fields.map((field) => field.subarray(0, this.length));
    this.#check(fields);
    const { times, findings } = this.#onGrid(fields[OPEN_TIME]!);
    const cut = this.#cutShort(fields, times);
    const numbers = fields.filter((_, f) => f !== OPEN_TIME && f !== CLOSE_TIME);
    const { symbol, timeframe } = this.#series;
    const columns: Batch['columns'] = [{ constant: symbol }, { constant: timeframe }, times, ...numbers];
    // The stamps as the venue wrote them were read for the last time.
    releaseNumbers([fields[OPEN_TIME]!, fields[CLOSE_TIME]!]);
    const sorted = sortAndDedupe({ length: this.length, times, columns });
    this.#taken += this.length;
    this.length = 0;
    // The batch keeps the arrays; the next rows get their own.
    this.fields = NONE;
    return { batch: sorted.batch, findings: [...findings, ...cut, ...sorted.findings] };
  }

  #check(fields: readonly Float64Array[]): void {
    const opens = fields[OPEN_TIME]!;
    const trades = fields[TRADES]!;
    for (let i = 0; i < this.length; i++) {
      if (!isOpenTime(opens[i]!)) throw this.#wrong(i, 'open time', opens[i]!);
      const count = trades[i]!;
      if (!isCount(count)) throw this.#wrong(i, 'trades', count);
    }
  }

  #wrong(i: number, what: string, value: number): GordonError {
    return malformed(seriesLabel(this.#series), `row ${this.#taken + i + 1} has ${what} ${value}.`);
  }

  /**
   * Candles that closed before the end of their interval: a halt of the venue cut them short, so their numbers cover less time
   * than the timeframe. Off the grid the interval is counted from the candle's own opening.
   */
  #cutShort(fields: readonly Float64Array[], times: Float64Array): Finding[] {
    const step = stepOf(this.#series.timeframe);
    const [opens, closes] = [fields[OPEN_TIME]!, fields[CLOSE_TIME]!];
    const runs: CutShortRun[] = [];
    for (let i = nextCut(opens, closes, 0, step); i < times.length; i = nextCut(opens, closes, i + 1, step)) {
      const [time, run] = [times[i]!, runs.at(-1)];
      if (run?.next === i && run.until === time) {
        Object.assign(run, { next: i + 1, until: time + step, rows: run.rows + 1 });
      } else {
        const missingMs = toMillis(opens[i]!) + step - 1 - toMillis(closes[i]!);
        runs.push({ time, until: time + step, next: i + 1, rows: 1, rawCloseTime: closes[i]!, missingMs });
      }
    }
    return runs.map(cutShort);
  }

  /**
   * Candles that opened after an outage sit off the grid by one constant offset until the venue restores it. They go to
   * the step that they lie in, and each run of one offset is a finding, from which the raw stamps can be computed.
   */
  #onGrid(opens: Float64Array): { times: Float64Array; findings: Finding[] } {
    const step = stepOf(this.#series.timeframe);
    const times = new Float64Array(opens.length);
    const runs: OffGridRun[] = [];
    for (let i = 0; i < opens.length; i++) {
      const at = toMillis(opens[i]!);
      const time = floorTo(at, step);
      times[i] = time;
      if (time === at) continue;
      const run = runs.at(-1);
      if (run && run.next === i && run.offset === at - time && run.until <= time) {
        Object.assign(run, { next: i + 1, until: time + step, rows: run.rows + 1 });
      } else {
        runs.push({ time, until: time + step, next: i + 1, offset: at - time, rows: 1, raw: opens[i]! });
      }
    }
    return { times, findings: runs.map(offGrid) };
  }
}

/**
 * The index of the first candle at or after an index that closed early; the number of candles if none did. The loop makes no
 * calls, so that no number is boxed for each row.
 */
function nextCut(opens: Float64Array, closes: Float64Array, from: number, step: number): number {
  const { length } = opens;
  for (let i = from; i < length; i++) {
    const unit = opens[i]! >= FIRST_MICROS ? 1000 : 1;
    // A close before the opening is not a valid time, so it proves nothing about the candle.
    if (closes[i]! < opens[i]! + (step - 1) * unit && closes[i]! >= opens[i]!) return i;
  }
  return length;
}

interface CutShortRun {
  time: number;
  until: number;
  /** index of the row that would continue the run */
  next: number;
  rows: number;
  /** of its first row: the close as it was written, and how much earlier it is than the interval's end */
  rawCloseTime: number;
  missingMs: number;
}

const cutShort = ({ time, until, rows, rawCloseTime, missingMs }: CutShortRun): Finding => ({
  kind: 'cut-short',
  time,
  until,
  detail: { rawCloseTime, missingMs, rows },
});

interface OffGridRun {
  time: number;
  until: number;
  /** index of the row that would continue the run */
  next: number;
  offset: number;
  rows: number;
  raw: number;
}

const offGrid = ({ time, until, offset, rows, raw }: OffGridRun): Finding => ({
  kind: 'off-grid-time',
  time,
  until,
  detail: { rawOpenTime: raw, offsetMs: offset, rows, until: iso(until) },
});

const arrays = (length: number): Float64Array[] =>
  Array.from({ length: KLINE_FIELDS }, () => new Float64Array(length));

/** Before the first row, and after the last. */
const NONE = arrays(0);

/** A batch of a series without candles. */
export function emptyBatch({ symbol, timeframe }: Series): Batch {
  const none = new Float64Array();
  const numbers = Array.from({ length: KLINE_FIELDS - 2 }, () => none);
  return {
    length: 0,
    times: none,
    columns: [{ constant: symbol }, { constant: timeframe }, none, ...numbers],
  };
}
