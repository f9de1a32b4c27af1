import type { Range } from '../../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { badSymbol, invalid } from '../../../simulator/binance/errors.ts';
import { FUNDING_HEADER, fundingLine } from '../../../simulator/binance-archive/futures-csv.ts';
import { decimal } from '../../../simulator/numbers/decimal.ts';
import type { Place } from '../../faults/fault.ts';
import { duesOf, isKnown, keyOf, type Listed } from '../market/book.ts';
import { frozenHours, type Row, type Rowset, timesOf } from '../market/content.ts';
import { DIGITS } from '../market/values.ts';
import { type Stock, UNREADABLE } from './klines.ts';

export const fundingSet = (listed: Listed): Rowset => ({ listed, dataset: 'funding', step: HOUR });

/** The interest part alone, in 10^-8: what files say after a contract's end. */
const FROZEN_RATE = 10_000;
/** Ticks; whatever the market does. */
const MARK = 10_000;

export interface Settled {
  readonly due: number;
  readonly time: number;
  readonly intervalHours: number;
  /** in 10^-8 */
  readonly rate: number;
  readonly mark: number;
}

/** A settlement as its row has it. */
export function settledOf(
  { values }: Stock,
  listed: Listed,
  due: number,
  { of, edition, frozen }: Row,
): Settled {
  if (frozen) return { due, time: due, intervalHours: frozenHours, rate: FROZEN_RATE, mark: MARK };
  const [found] = duesOf(listed, { start: due, end: due + 1 });
  return {
    due,
    time: due + values.jitter(of, due),
    intervalHours: found!.hours,
    rate: values.rate(of, due, edition),
    mark: MARK,
  };
}

export interface FundingQuery {
  readonly symbol: string;
  /** inclusive, on the stamp */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly limit: number;
}

/** A page of settlements, oldest first. @throws BinanceRefusal */
export function fundingPage(
  stock: Stock,
  { symbol, start, end, limit }: FundingQuery,
  now: number,
): unknown[] {
  if (start !== undefined && end !== undefined && start > end) throw invalid('endTime');
  const listed = stock.content.book.get(keyOf({ market: 'um', symbol }));
  if (!listed || !isKnown(listed, now)) throw badSymbol();
  const first = Math.max(start ?? 0, listed.lives[0]!.start);
  const last = Math.min(end ?? now, now);
  const from = start === undefined ? Math.max(first, last - limit * DAY) : first;
  const set = fundingSet(listed);
  const rows: Settled[] = [];
  const bad = new Set<number>();
  for (const t of timesOf(set, { start: from - HOUR, end: last + 1 })) {
    const row = stock.content.row(set, 'rest', t, now);
    if (!row) continue;
    const settled = settledOf(stock, listed, t, row);
    if (settled.time < from || settled.time > last) continue;
    if (row.bad.length > 0) bad.add(t);
    rows.push(settled);
    if (start !== undefined && rows.length >= limit) break;
  }
  return rows.slice(start === undefined ? -limit : 0).map((settled) => ({
    symbol,
    fundingTime: settled.time,
    fundingRate: bad.has(settled.due) ? UNREADABLE : decimal(settled.rate, 8),
    markPrice: decimal(settled.mark, DIGITS.price, 8),
  }));
}

/** A month of settlements. */
export function fundingFile(
  stock: Stock,
  listed: Listed,
  place: Place,
  period: Range,
  now: number,
): Uint8Array {
  const set = fundingSet(listed);
  const lines = [...timesOf(set, period)].flatMap((t) => {
    const row = stock.content.row(set, place, t, now);
    if (!row) return [];
    const cells = fundingLine(settledOf(stock, listed, t, row)).split(',');
    for (const column of row.bad) cells[column] = UNREADABLE;
    return [cells.join(',')];
  });
  return lines.length === 0 ? new Uint8Array() : Buffer.from(`${[FUNDING_HEADER, ...lines].join('\n')}\n`);
}
