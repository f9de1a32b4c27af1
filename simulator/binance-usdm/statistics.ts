import { DAY } from '../../functions/core/time/time.ts';
import { BinanceRefusal } from '../binance/errors.ts';
import type { Params } from '../binance/params.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { type Contract, contractOf } from '../market/contracts.ts';
import { INTERVALS } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { type Crowd, Positioning } from '../market/positioning.ts';
import { decimal } from '../numbers/decimal.ts';

const PERIODS = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'];
const HISTORY = 30 * DAY;

const refused = (name: string): BinanceRefusal =>
  new BinanceRefusal(-1130, `parameter '${name}' is invalid.`);

/** The numbers that the rows are made of. */
export type Readings = Pick<Positioning, 'openInterest' | 'supply' | 'longShare' | 'takerVolume'>;

interface Statistic {
  /** how long after its stamp a row appears */
  lag(step: number): number;
  /** @param factor by which the venue counts otherwise since */
  row(p: Readings, contract: Contract, at: number, step: number, factor: number): unknown;
}

const crowd = (which: Crowd): Statistic => ({
  lag: () => 0,
  row(p, contract, timestamp) {
    const long = p.longShare(contract, which, timestamp);
    return {
      symbol: contract.symbol,
      longAccount: decimal(long, 4),
      longShortRatio: (long / (10_000 - long)).toFixed(4),
      shortAccount: decimal(10_000 - long, 4),
      timestamp,
    };
  },
});

const openInterest: Statistic = {
  lag: () => 0,
  row(p, contract, timestamp, _step, factor) {
    const { lots, value } = p.openInterest(contract, timestamp);
    return {
      symbol: contract.symbol,
      sumOpenInterest: decimal(Math.round(lots * factor), contract.digits.lot, 8),
      sumOpenInterestValue: decimal(Math.round(value * factor), 4, 8),
      CMCCirculatingSupply: decimal(p.supply(contract, timestamp), 2, 8),
      timestamp,
    };
  },
};

/** A bucket stamped at its start: it is there when it is over. The row does not name the symbol. */
const takerVolume: Statistic = {
  lag: (step) => step,
  row(p, contract, timestamp, step) {
    const { bought, sold } = p.takerVolume(contract, timestamp, step);
    return {
      buySellRatio: (sold === 0 ? 0 : bought / sold).toFixed(4),
      sellVol: decimal(sold, contract.digits.lot, 4),
      buyVol: decimal(bought, contract.digits.lot, 4),
      timestamp,
    };
  },
};

export const STATISTICS: Readonly<Record<string, Statistic>> = {
  openInterestHist: openInterest,
  topLongShortAccountRatio: crowd('topAccounts'),
  topLongShortPositionRatio: crowd('topPositions'),
  globalLongShortAccountRatio: crowd('allAccounts'),
  takerlongshortRatio: takerVolume,
};

/** `GET /futures/data/*`: oldest first, but a range that holds more than `limit` gives its NEWEST rows. Switch: `statistics-page` = `oldest`. */
export function statistics(name: string) {
  const statistic = STATISTICS[name] as Statistic;
  return (context: VenueContext, params: Params, request: VenueRequest): unknown => {
    const symbol = params.symbol();
    const period = params.need('period');
    if (!PERIODS.includes(period)) throw refused('period');
    const limit = params.integer('limit') ?? 30;
    if (limit < 1 || limit > 500) throw refused('limit');
    const start = params.integer('startTime');
    const end = params.integer('endTime');
    const bound = request.at - HISTORY;
    // Refused, not clamped: a job that is resumed later can meet this with a request that once worked.
    if (start !== undefined && start <= bound) throw refused('startTime');
    if (start !== undefined && end !== undefined && start > end) throw refused('endTime');
    const contract = contractOf('um', symbol);
    if (!contract) return [];
    const step = INTERVALS.get(period)?.step as number;
    const newest = Math.min(
      end ?? Infinity,
      request.at - statistic.lag(step),
      (contract.delistedAt ?? Infinity) - 1,
    );
    const oldest = Math.max(start ?? 0, bound + 1, contract.listedAt);
    const p = context.shared('positioning', () => new Positioning(context.seed, marketOf(context)));
    const rows: unknown[] = [];
    const oldestPage = Math.ceil(oldest / step) * step + (limit - 1) * step;
    const last = context.switches.get('statistics-page') === 'oldest' ? Math.min(newest, oldestPage) : newest;
    for (let at = Math.floor(last / step) * step; at >= oldest && rows.length < limit; at -= step) {
      const factor =
        name === 'openInterestHist' ? context.restatements.factor('binance-usdm', symbol, at) : 1;
      if (factor !== undefined) rows.unshift(statistic.row(p, contract, at, step, factor));
    }
    return rows;
  };
}
