import type { Range } from '../../../functions/core/time/range.ts';
import { isTimeframe, stepOf } from '../../../functions/core/time/timeframe.ts';
import { badInterval, badSymbol } from '../../../simulator/binance/errors.ts';
import { klineRow } from '../../../simulator/binance/klines.ts';
import { KLINES_HEADER, writeRows } from '../../../simulator/binance-archive/klines-csv.ts';
import { INTERVALS, type Interval } from '../../../simulator/market/intervals.ts';
import { BQ, BV, N, Q, Rows, V, WIDTH } from '../../../simulator/market/rows.ts';
import { DigitWriter } from '../../../simulator/numbers/digit-writer.ts';
import type { Market, Place } from '../../faults/fault.ts';
import { isKnown, keyOf } from '../market/book.ts';
import { type Content, type Row, type Rowset, timesOf } from '../market/content.ts';
import type { Values } from '../market/values.ts';
import { contractOf } from './contracts.ts';

/** Where rows come from. */
export interface Stock {
  readonly content: Content;
  readonly values: Values;
}

export interface KlinesQuery {
  readonly market: Market;
  readonly symbol: string;
  readonly interval: string;
  /** inclusive, on the open time */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly limit: number;
}

/** A page of candles, the running one among them. @throws BinanceRefusal */
export function klinesPage({ content, values }: Stock, query: KlinesQuery, now: number): unknown[] {
  const listed = content.book.get(keyOf(query));
  if (!listed || !isKnown(listed, now)) throw badSymbol();
  if (!isTimeframe(query.interval)) throw badInterval();
  const set: Rowset = { listed, dataset: 'klines', step: stepOf(query.interval) };
  const { step } = set;
  const first = Math.floor(listed.lives[0]!.start / step) * step;
  const newest = Math.min(query.end ?? now, now, listed.lives.at(-1)!.end - 1);
  const oldest = Math.max(query.start ?? first, first);
  const most = Math.max(1, Math.floor((newest - oldest) / step) + 1);
  const rows = new Rows(Math.min(query.limit, 1_500, most));
  const states: Row[] = [];
  const take = (t: number): void => {
    const state = content.row(set, 'rest', t, now);
    if (!state) return;
    states.push(state);
    values.candle(rows, state.of, step, t, state.edition);
    if (t + step > now) unfinished(rows, (now - t) / step);
  };
  if (query.start !== undefined) {
    for (let t = Math.ceil(oldest / step) * step; t <= newest && rows.count < query.limit; t += step) take(t);
  } else {
    const found: number[] = [];
    for (let t = Math.floor(newest / step) * step; t >= oldest && found.length < query.limit; t -= step)
      if (content.row(set, 'rest', t, now)) found.push(t);
    for (const t of found.reverse()) take(t);
  }
  const contract = contractOf(listed, now);
  const interval = INTERVALS.get(query.interval) as Interval;
  return states.map(({ bad }, row) => {
    const cells = [...klineRow(contract, interval, rows, row)] as unknown[];
    for (const column of bad) cells[column] = UNREADABLE;
    return cells;
  });
}

/** What stands in a cell that cannot be parsed. */
export const UNREADABLE = 'n/a';

/** The running candle has what was traded so far. */
function unfinished(rows: Rows, part: number): void {
  const at = (rows.count - 1) * WIDTH;
  for (const column of [V, Q, BV, BQ])
    rows.data[at + column] = Math.floor(rows.data[at + column]! * part * 0.9);
  rows.data[at + N] = Math.floor(rows.data[at + N]! * part * 0.9);
}

/** A file of candles. */
export function klinesFile(stock: Stock, set: Rowset, place: Place, period: Range, now: number): Uint8Array {
  const { content, values } = stock;
  const contract = contractOf(set.listed, now);
  const interval = [...INTERVALS.values()].find(({ step }) => step === set.step) as Interval;
  const rows = new Rows((period.end - period.start) / set.step);
  const bad: { readonly row: number; readonly columns: readonly number[] }[] = [];
  for (const t of timesOf(set, period)) {
    const state = content.row(set, place, t, now);
    if (!state) continue;
    if (state.bad.length > 0) bad.push({ row: rows.count, columns: state.bad });
    if (state.frozen) values.frozen(rows, state.of, t);
    else values.candle(rows, state.of, set.step, t, state.edition);
  }
  const writer = new DigitWriter(1 << 16);
  const header = contract.market === 'um' ? KLINES_HEADER : '';
  writer.text(header);
  writeRows(writer, contract, interval, rows);
  const body = writer.take();
  if (bad.length === 0) return body;
  const lines = body.toString('latin1').split('\n');
  const first = header === '' ? 0 : 1;
  for (const { row, columns } of bad) {
    const cells = lines[first + row]!.split(',');
    for (const column of columns) cells[column] = UNREADABLE;
    lines[first + row] = cells.join(',');
  }
  return Buffer.from(lines.join('\n'), 'latin1');
}
