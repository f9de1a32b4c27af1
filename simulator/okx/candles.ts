import { HOUR } from '../../functions/core/time/time.ts';
import { queryOf } from '../frame/answer.ts';
import type { TruthQuery, VenueContext, VenueRequest } from '../frame/module.ts';
import { INTERVALS, type Interval } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { pageOf } from '../market/page.ts';
import { C, H, L, O, Q, type Rows, T, V } from '../market/rows.ts';
import { decimal } from '../numbers/decimal.ts';
import { badParameter, OkxRefusal } from './envelope.ts';
import { INSTRUMENTS, type Instrument, instrumentOf } from './instruments.ts';

/** Bars from six hours up open with the days of Hong Kong. */
const HONG_KONG = 8 * HOUR;

const moved = (name: string): Interval => {
  const { step } = INTERVALS.get(name) as Interval;
  const floor = (at: number): number => Math.floor((at + HONG_KONG) / step) * step - HONG_KONG;
  return { name, step, floor, after: (open) => open + step };
};

interface Bar {
  readonly interval: Interval;
  readonly shift?: number;
}

const utc = (name: string): Bar => ({ interval: INTERVALS.get(name) as Interval });

const BARS: Readonly<Record<string, Bar>> = {
  ...Object.fromEntries(['1m', '3m', '5m', '15m', '30m'].map((name) => [name, utc(name)])),
  ...Object.fromEntries(['1', '2', '4'].map((hours) => [`${hours}H`, utc(`${hours}h`)])),
  ...Object.fromEntries(
    ['6', '12'].flatMap((hours) => [
      [`${hours}H`, { interval: moved(`${hours}h`) }],
      [`${hours}Hutc`, utc(`${hours}h`)],
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        ['1D', '1d'],
        ['1W', '1w'],
        ['1M', '1M'],
      ] as const
    ).flatMap(([bar, name]) => [
      [bar, { ...utc(name), shift: HONG_KONG }],
      [`${bar}utc`, utc(name)],
    ]),
  ),
};

const LARGEST_PAGE = 300;

export function historyCandles(context: VenueContext, request: VenueRequest): readonly unknown[] {
  const query = queryOf(request);
  const instrument = instrumentOf(query.get('instId') ?? '', request.at);
  if (!instrument)
    throw new OkxRefusal('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
  const bar = BARS[query.get('bar') ?? '1m'];
  if (!bar) throw badParameter('bar');
  const [after, before] = [instant(query, 'after'), instant(query, 'before')];
  const limit = Number(query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw badParameter('limit');
  const end = after === undefined ? undefined : after - 1;
  const rows = page(context, instrument, bar, {
    end,
    limit: Math.min(limit, LARGEST_PAGE),
    asOf: request.at,
  });
  // `before` keeps what is newer; it moves no page.
  return rows.filter(([ts]) => before === undefined || Number(ts) > before).toReversed();
}

function instant(query: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,16}$/.test(text)) throw badParameter(name);
  return Number(text);
}

/** The newest rows up to an end, oldest first. */
function page(
  context: VenueContext,
  instrument: Instrument,
  { interval, shift = 0 }: Bar,
  window: { readonly end: number | undefined; readonly limit: number; readonly asOf: number },
): readonly (readonly string[])[] {
  const rows = pageOf(marketOf(context), instrument.contract, { interval, shift, ...window });
  const closed = (ts: number): boolean => interval.after(ts, shift) <= window.asOf;
  return written(instrument, rows, closed);
}

function written(
  { type, ctVal, contract }: Instrument,
  rows: Rows,
  closed: (ts: number) => boolean,
): string[][] {
  const { price, lot, quote } = contract.digits;
  return Array.from({ length: rows.count }, (_, row) => {
    const ts = rows.get(row, T);
    const coins = trimmed(rows.get(row, V), lot);
    const money = trimmed(rows.get(row, Q), quote);
    return [
      String(ts),
      ...[O, H, L, C].map((column) => trimmed(rows.get(row, column), price)),
      ...(type === 'SPOT' ? [coins, money] : [contractsOf(ctVal, rows, row, lot), coins]),
      money,
      closed(ts) ? '1' : '0',
    ];
  });
}

function contractsOf(ctVal: Instrument['ctVal'], rows: Rows, row: number, lot: number): string {
  if (ctVal && 'dollars' in ctVal) return trimmed(rows.get(row, Q), Math.log10(ctVal.dollars));
  return trimmed(rows.get(row, V), lot - (ctVal?.coinDigits ?? 0));
}

/** OKX writes numbers without trailing zeros. */
function trimmed(units: number, digits: number): string {
  const text = decimal(units, digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Rows that opened in `[start, end)`, oldest first; undefined for a market of another venue. */
export function truth(
  { market, symbol, timeframe, start, end }: TruthQuery,
  context: VenueContext,
): readonly unknown[] | undefined {
  const instrument = INSTRUMENTS.find(
    ({ contract, instId }) => contract.market === market && instId === symbol,
  );
  const interval = INTERVALS.get(timeframe);
  if (!instrument || !interval) return undefined;
  const limit = Math.ceil((end - start) / interval.step) + 1;
  const rows = page(context, instrument, { interval }, { end: end - 1, limit, asOf: context.now() });
  return rows.filter(([ts]) => Number(ts) >= start);
}
