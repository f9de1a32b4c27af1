import type { VenueContext } from '../frame/module.ts';
import { computedMarket } from '../market/computed.ts';
import { contractOf } from '../market/contracts.ts';
import { marketOf } from '../market/market.ts';
import { fundingCsv, metricsCsv } from './futures-csv.ts';
import { type ArchiveObject, computedIn, marketNameOf } from './keys.ts';
import { klinesCsv } from './klines-csv.ts';
import { tradesCsv } from './trades-csv.ts';

/** The CSV of an object in pieces: a recorded file as it is, else what the simulated market makes. */
export function contentOf(context: VenueContext, object: ArchiveObject): Iterable<Uint8Array> {
  const { market, symbol, interval, period } = object;
  const override = context.overrides.archive(marketNameOf(object), symbol, interval, period.name);
  if (override) return [typeof override.csv === 'string' ? Buffer.from(override.csv) : override.csv];
  const contract = contractOf(market, symbol);
  if (!contract) throw new RangeError(`${object.key} is of no known contract`);
  if (object.dataset === 'fundingRate') return [fundingCsv(context, contract, object)];
  if (object.dataset === 'metrics') return [metricsCsv(context, contract, object)];
  if (object.dataset === 'aggTrades') return tradesCsv(marketOf(context), contract, object);
  const computed = computedIn(object.dataset);
  return klinesCsv(marketOf(context), computed ? computedMarket(computed, contract) : contract, object);
}
