import type { Series } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { ceilTo } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';

/** One row of the market: epoch ms, and a price between 100 and 200. */
export type Tick = readonly [time: number, price: number];

/** When a symbol was traded; epoch ms. */
export interface Life {
  readonly listedAt: number;
  readonly delistedAt?: number;
}

/**
 * All data of the synthetic venue: a price for each step of a symbol's life, or one each `everyMs` in a table of events. Prices
 * depend on symbol and time alone.
 */
export class Market {
  readonly lives = new Map<string, Life>();
  /** rows that the venue never had, by source and symbol */
  readonly #holes = new Map<string, Range[]>();
  /** prices that the venue has restated, by source, symbol and time */
  readonly #restated = new Map<string, number>();

  list(symbol: string, life: Life): void {
    this.lives.set(symbol, life);
  }

  hole({ source, symbol }: Omit<Series, 'timeframe'>, range: Range): void {
    const key = `${source} ${symbol}`;
    this.#holes.set(key, [...(this.#holes.get(key) ?? []), range]);
  }

  restate({ source, symbol }: Omit<Series, 'timeframe'>, time: number, price: number): void {
    this.#restated.set(`${source} ${symbol} ${time}`, price);
  }

  /** @param everyMs time from one event to the next; defaults to one row for each step */
  ticks({ source, symbol, timeframe }: Series, { start, end }: Range, everyMs = stepOf(timeframe)): Tick[] {
    const life = this.lives.get(symbol);
    if (!life) return [];
    const holes = this.#holes.get(`${source} ${symbol}`) ?? [];
    const until = Math.min(end, life.delistedAt ?? end);
    const ticks: Tick[] = [];
    for (let time = ceilTo(Math.max(start, life.listedAt), everyMs); time < until; time += everyMs) {
      if (holes.some((hole) => hole.start <= time && time < hole.end)) continue;
      ticks.push([time, this.#restated.get(`${source} ${symbol} ${time}`) ?? priceOf(symbol, time)]);
    }
    return ticks;
  }
}

const priceOf = (symbol: string, time: number): number => 100 + (spread(`${symbol} ${time}`) % 1_000) / 10;

/** FNV-1a, 32 bits. */
export function spread(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
