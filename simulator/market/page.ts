import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Contract } from './contracts.ts';
import { offGridMs } from './halts.ts';
import type { Interval } from './intervals.ts';
import type { SimMarket } from './market.ts';
import { Rows, T } from './rows.ts';

export interface PageQuery {
  readonly interval: Interval;
  /** inclusive bounds on the raw open time, ms */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly limit: number;
  /** a range with more rows than `limit` gives its newest; absent: its oldest */
  readonly newest?: true;
  readonly asOf: number;
  readonly shift?: number;
}

/** A page as Binance cuts it: the oldest rows from `start` on, or the newest up to `end` when no start is given. */
export function pageOf(market: SimMarket, contract: Contract, query: PageQuery): Rows {
  const { interval, limit, asOf, shift = 0 } = query;
  const newest = Math.min(query.end ?? asOf, asOf, (contract.delistedAt ?? Infinity) - 1);
  const oldest = Math.max(query.start ?? 0, interval.floor(contract.restFrom ?? contract.listedAt, shift));
  const window = Math.max(limit * interval.step, interval.step < HOUR ? DAY : 0, interval.step);
  const late = (open: number): number => offGridMs(contract.market, open, interval.step);
  const inside = (rows: Rows): Rows => {
    const kept = new Rows(rows.count);
    for (let row = 0; row < rows.count; row++) {
      const open = rows.get(row, T);
      const raw = open + late(open);
      if (raw >= oldest && raw <= newest) kept.append(rows, row, row + 1);
    }
    return kept;
  };
  const out = new Rows(Math.min(limit, 2000));
  if (query.start !== undefined && !query.newest) {
    // An off-grid candle can open inside the range though its bucket began before it.
    let at = interval.floor(oldest, shift);
    const last = interval.after(interval.floor(newest, shift), shift);
    while (at <= newest && out.count < limit) {
      // Without a limit the window has no end, and candles are made one by one.
      const end = at + window >= last ? last : interval.after(interval.floor(at + window - 1, shift), shift);
      const found = inside(market.candles(contract, { interval, start: at, end, asOf, shift }));
      out.append(found, 0, Math.min(found.count, limit - out.count));
      at = end;
    }
    return out;
  }
  const pages: Rows[] = [];
  let missing = limit;
  let end = interval.after(interval.floor(newest, shift), shift);
  while (end > oldest && missing > 0) {
    const start = interval.floor(end - window, shift);
    const found = inside(market.candles(contract, { interval, start, end, asOf, shift }));
    const page = new Rows(found.count);
    page.append(found, Math.max(0, found.count - missing));
    pages.unshift(page);
    missing -= page.count;
    end = start;
  }
  for (const page of pages) out.append(page);
  return out;
}
