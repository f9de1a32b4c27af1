import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { Outages } from '../frame/faults/outages.ts';
import type { VenueContext } from '../frame/module.ts';
import { streamOf } from '../numbers/noise.ts';
import { ComputedMinutes } from './computed.ts';
import type { Contract } from './contracts.ts';
import { HALTS } from './halts.ts';
import type { Interval } from './intervals.ts';
import { Minutes } from './minutes.ts';
import { N, Rows, T, WIDTH } from './rows.ts';
import { secondsOf } from './seconds.ts';
import { TRADES_PER_MINUTE, type Trade, tradesOf } from './trading/trades.ts';

const KEPT_DAYS = 20_000;

export interface CandleSpan {
  readonly interval: Interval;
  /** bucket starts in `[start, end)` */
  readonly start: number;
  readonly end: number;
  /** the clock; the candle around it exists, unfinished */
  readonly asOf: number;
  /** moves days, weeks and months against UTC, ms */
  readonly shift?: number;
}

/** The simulated market: the candles of any contract, interval and range. */
export class SimMarket {
  readonly #seed: number;
  readonly #outages: Outages;
  readonly #makers = new Map<Contract, Minutes | ComputedMinutes>();
  readonly #hours = new Map<string, Rows>();

  constructor(seed: number, outages: Outages) {
    this.#seed = seed;
    this.#outages = outages;
  }

  /** Candles in order; halted stretches and what lies outside the listing have none. */
  candles(contract: Contract, { interval, start, end, asOf, shift = 0 }: CandleSpan): Rows {
    if (interval.step === MINUTE) return this.#minutes(contract, start, end, asOf);
    if (interval.step === SECOND) return this.#seconds(contract, start, end, asOf);
    const out = new Rows();
    const byHour = interval.step % HOUR === 0 && shift % HOUR === 0;
    let bucket = Number.NaN;
    const first = interval.floor(start, shift);
    const to = interval.after(interval.floor(end - 1, shift), shift);
    for (let at = Math.max(first, contract.listedAt - (contract.listedAt % DAY)); at < to && at <= asOf; ) {
      const next = Math.min(to, Math.floor(at / DAY) * DAY + DAY);
      const parts = byHour
        ? this.#hourRows(contract, at, next, asOf)
        : this.#minutes(contract, at, next, asOf);
      for (let row = 0; row < parts.count; row++) {
        const holds = interval.floor(parts.get(row, T), shift);
        if (holds === bucket) {
          out.merge(parts, row);
          continue;
        }
        bucket = holds;
        out.append(parts, row, row + 1);
        out.data[(out.count - 1) * WIDTH + T] = holds;
      }
      at = next;
    }
    return dropOutside(out, start, end);
  }

  /** Price in ticks at the start of the minute that holds the instant; halts do not matter. */
  priceAt(contract: Contract, at: number): number {
    return this.#maker(contract).openAt(Math.floor(at / MINUTE));
  }

  /** The trades of `[start, end)` in order, whole minutes at a time; the candles are what they make. */
  *trades(contract: Contract, start: number, end: number): Generator<readonly Trade[]> {
    const maker = this.#traded(contract);
    const stream = streamOf(this.#seed, contract.market, contract.symbol, 'trades');
    const from = Math.max(Math.floor(start / MINUTE), contract.listedAt / MINUTE);
    const to = Math.min(Math.ceil(end / MINUTE), (contract.delistedAt ?? Infinity) / MINUTE);
    let index = this.#tradedBefore(contract, from);
    for (const [a, b] of this.#open(contract, from, to)) {
      for (let minute = a; minute < b; minute++) {
        const rows = new Rows(1);
        maker.fill(rows, minute, minute + 1);
        const made = tradesOf(rows, 0, index, maker.quoteScale, stream);
        if (made.length === 0) continue;
        index += 1;
        const within = made.filter(({ time }) => time >= start && time < end);
        if (within.length > 0) yield within;
      }
    }
  }

  /** The minute of the trade with an id, epoch ms; one after the newest where the id is not given away yet. */
  minuteOfTrade(contract: Contract, id: number, asOf: number): number {
    let left = Math.floor(id / TRADES_PER_MINUTE);
    const to = Math.floor(asOf / MINUTE) + 1;
    const maker = this.#traded(contract);
    for (const [a, b] of this.#open(contract, contract.listedAt / MINUTE, to)) {
      const traded = maker.countTraded(a, b);
      if (left >= traded) {
        left -= traded;
        continue;
      }
      if (contract.quiet === 0) return (a + left) * MINUTE;
      let minute = a;
      for (let seen = 0; ; minute++) {
        seen += maker.countTraded(minute, minute + 1);
        if (seen > left) return minute * MINUTE;
      }
    }
    return to * MINUTE;
  }

  #tradedBefore(contract: Contract, minute: number): number {
    let count = 0;
    for (const [a, b] of this.#open(contract, contract.listedAt / MINUTE, minute)) {
      count += this.#traded(contract).countTraded(a, b);
    }
    return count;
  }

  #minutes(contract: Contract, start: number, end: number, asOf: number): Rows {
    const from = Math.max(Math.ceil(start / MINUTE), contract.listedAt / MINUTE);
    const to = Math.min(Math.ceil(end / MINUTE), (contract.delistedAt ?? Infinity) / MINUTE);
    const whole = Math.min(to, Math.floor(asOf / MINUTE));
    const rows = new Rows(Math.max(1, Math.min(to, whole + 1) - from));
    const maker = this.#maker(contract);
    for (const [a, b] of this.#open(contract, from, whole)) maker.fill(rows, a, b);
    // The running minute is the sum of its seconds so far.
    for (const [a, b] of this.#open(contract, Math.max(from, whole), Math.min(to, whole + 1))) {
      if (a * MINUTE > asOf) continue;
      const current = new Rows(1);
      maker.fill(current, a, b);
      if (contract.computed) {
        const done = (Math.floor((asOf % MINUTE) / SECOND) + 1) / (MINUTE / SECOND);
        current.data[N] = Math.ceil(current.get(0, N) * done);
        rows.append(current);
        continue;
      }
      const seconds = secondsOf(current, 0, this.#secondStream(contract));
      rows.append(seconds, 0, 1);
      for (let row = 1; row < seconds.count && seconds.get(row, T) <= asOf; row++) rows.merge(seconds, row);
    }
    return rows;
  }

  #seconds(contract: Contract, start: number, end: number, asOf: number): Rows {
    const out = new Rows();
    const endMinute = Math.ceil(Math.min(end, asOf + 1) / MINUTE) * MINUTE;
    const minutes = this.#minutes(contract, Math.floor(start / MINUTE) * MINUTE, endMinute, endMinute);
    for (let row = 0; row < minutes.count; row++)
      out.append(secondsOf(minutes, row, this.#secondStream(contract)));
    return dropOutside(out, start, Math.min(end, asOf + 1));
  }

  /** Hours inside one UTC day. Whole past days are kept: a page of day candles covers years of them. */
  #hourRows(contract: Contract, start: number, end: number, asOf: number): Rows {
    const day = Math.floor(start / DAY) * DAY;
    const past = day + DAY <= asOf;
    const key = `${contract.market} ${contract.symbol} ${day} ${this.#outages.version}`;
    let hours = past ? this.#hours.get(key) : undefined;
    if (!hours) {
      const minutes = this.#minutes(contract, day, day + DAY, asOf);
      hours = new Rows(24);
      let hour = Number.NaN;
      for (let row = 0; row < minutes.count; row++) {
        const holds = Math.floor(minutes.get(row, T) / HOUR) * HOUR;
        if (holds === hour) hours.merge(minutes, row);
        else hours.append(minutes, row, row + 1);
        hour = holds;
        hours.data[(hours.count - 1) * WIDTH + T] = hour;
      }
      if (past) this.#keep(key, hours);
    }
    return start === day && end === day + DAY ? hours : dropOutside(hours, start, end);
  }

  #keep(key: string, hours: Rows): void {
    if (this.#hours.size >= KEPT_DAYS) this.#hours.delete(this.#hours.keys().next().value as string);
    this.#hours.set(key, hours);
  }

  /** Minutes `[from, to)` without the halted ones. */
  *#open(contract: Contract, from: number, to: number): Generator<readonly [number, number]> {
    if (from >= to) return;
    const switched = this.#outages.touching(contract.market, contract.symbol, from * MINUTE, to * MINUTE);
    const known = HALTS.filter(
      (h) =>
        h.market === contract.market &&
        (h.symbols === undefined || h.symbols.includes(contract.symbol)) &&
        h.start < to * MINUTE &&
        h.end > from * MINUTE,
    );
    const away = contract.away ? [contract.away] : [];
    const closed = [...switched, ...known, ...away].sort((a, b) => a.start - b.start);
    let at = from;
    for (const { start, end } of closed) {
      const until = Math.min(to, Math.floor(start / MINUTE));
      if (until > at) yield [at, until];
      at = Math.max(at, Math.ceil(end / MINUTE));
    }
    if (at < to) yield [at, to];
  }

  #maker(contract: Contract): Minutes | ComputedMinutes {
    let maker = this.#makers.get(contract);
    if (!maker) {
      const { computed } = contract;
      maker = computed
        ? new ComputedMinutes(this.#seed, contract, computed)
        : new Minutes(this.#seed, contract);
      this.#makers.set(contract, maker);
    }
    return maker;
  }

  #traded(contract: Contract): Minutes {
    const maker = this.#maker(contract);
    if (maker instanceof Minutes) return maker;
    throw new RangeError(`${contract.symbol} of ${contract.market} is computed, not traded`);
  }

  #secondStream(contract: Contract): number {
    return streamOf(this.#seed, contract.market, contract.symbol, 'seconds');
  }
}

function dropOutside(rows: Rows, start: number, end: number): Rows {
  let from = 0;
  let to = rows.count;
  while (from < to && rows.get(from, T) < start) from += 1;
  while (to > from && rows.get(to - 1, T) >= end) to -= 1;
  if (from === 0 && to === rows.count) return rows;
  const out = new Rows(to - from);
  out.append(rows, from, to);
  return out;
}

/** The one market of a running simulator. */
export const marketOf = (context: VenueContext): SimMarket =>
  context.shared('market', () => new SimMarket(context.seed, context.outages));
