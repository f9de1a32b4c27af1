import { DAY } from '../../functions/core/time/time.ts';
import { BinanceRefusal, missing } from '../binance/errors.ts';
import type { Params } from '../binance/params.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { contractOf } from '../market/contracts.ts';
import { INTERVALS } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { Positioning } from '../market/positioning.ts';
import { decimal } from '../numbers/decimal.ts';

const PERIODS = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'];
const HISTORY = 30 * DAY;

const refused = (name: string): BinanceRefusal =>
  new BinanceRefusal(-1130, `parameter '${name}' is invalid.`);

/** `GET /futures/data/openInterestHist` of COIN-M: by pair, contracts with their value in the coin; its newest rows, as on USD-M. */
export function openInterestHist(context: VenueContext, params: Params, { at: now }: VenueRequest): unknown {
  const pair = params.symbol('pair');
  const contractType = params.need('contractType');
  if (!['ALL', 'CURRENT_QUARTER', 'NEXT_QUARTER', 'PERPETUAL'].includes(contractType))
    throw missing('contractType');
  const period = params.need('period');
  if (!PERIODS.includes(period)) throw refused('period');
  const limit = params.integer('limit') ?? 30;
  if (limit < 1 || limit > 500) throw refused('limit');
  const [start, end] = [params.integer('startTime'), params.integer('endTime')];
  if (start !== undefined && start <= now - HISTORY) throw refused('startTime');
  if (start !== undefined && end !== undefined && start > end) throw refused('endTime');
  // Those of quarters are empty here.
  const contract = contractType === 'PERPETUAL' ? contractOf('cm', `${pair}_PERP`) : undefined;
  if (!contract) return [];
  const step = INTERVALS.get(period)?.step as number;
  const oldest = Math.max(start ?? 0, now - HISTORY + 1, contract.listedAt);
  const p = context.shared('positioning', () => new Positioning(context.seed, marketOf(context)));
  const rows: unknown[] = [];
  for (
    let at = Math.floor(Math.min(end ?? now, now) / step) * step;
    at >= oldest && rows.length < limit;
    at -= step
  ) {
    const { lots, value } = p.openInterest(contract, at);
    rows.unshift({
      pair,
      contractType,
      sumOpenInterest: decimal(lots, 0, 8),
      sumOpenInterestValue: decimal(value, 8, 8),
      timestamp: at,
    });
  }
  return rows;
}
