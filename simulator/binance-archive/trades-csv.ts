import { HOUR } from '../../functions/core/time/time.ts';
import { writtenDigits } from '../binance/klines.ts';
import type { Contract } from '../market/contracts.ts';
import type { SimMarket } from '../market/market.ts';
import { decimal } from '../numbers/decimal.ts';
import type { ArchiveObject } from './keys.ts';

export const TRADES_HEADER =
  'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n';
const HEADER_FROM = Date.UTC(2022, 0);
const MICROSECONDS_FROM = Date.UTC(2025, 0);

/** The CSV of a file of aggregated trades, six hours at a time. Spot writes one cell more, and `True` for `true`. */
export function* tradesCsv(
  market: SimMarket,
  contract: Contract,
  { period: { start, end } }: ArchiveObject,
): Generator<Uint8Array> {
  const { price, lot } = contract.digits;
  const pad = writtenDigits(contract);
  const spot = contract.market === 'spot';
  const flag = (value: boolean): string => (spot ? (value ? 'True' : 'False') : String(value));
  if (!spot && start >= HEADER_FROM) yield Buffer.from(TRADES_HEADER);
  for (let at = start; at < end; at += 6 * HOUR) {
    const lines: string[] = [];
    for (const minute of market.trades(contract, at, Math.min(end, at + 6 * HOUR))) {
      for (const t of minute) {
        // Microseconds that an answer about the same trade does not have.
        const time = spot && start >= MICROSECONDS_FROM ? t.time * 1_000 + (t.id % 1_000) : t.time;
        const fields = [
          t.id,
          decimal(t.price, price, pad.price),
          decimal(t.lots, lot, pad.lot),
          t.first,
          t.last,
          time,
          flag(t.buyerIsMaker),
        ];
        lines.push(`${[...fields, ...(spot ? ['True'] : [])].join(',')}\n`);
      }
    }
    yield Buffer.from(lines.join(''));
  }
}
