import { DAY } from '../../functions/core/time/time.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { smooth, streamOf, unit } from '../numbers/noise.ts';
import { badParameter } from './envelope.ts';
import { fundingHours, type Instrument, settlements } from './instruments.ts';
import { Params, trimmed } from './params.ts';

export function fundingHistory(context: VenueContext, request: VenueRequest): unknown {
  const params = new Params(request);
  const category = params.category(['linear', 'inverse'], 'Illegal category');
  const instrument = params.instrument(category, 'params error: symbol invalid');
  const start = params.instant('startTime');
  const end = params.instant('endTime');
  const limit = params.limit(200, 200);
  if (start !== undefined && (end === undefined || start > end)) throw badParameter('Time is invalid');
  const lost = context.faults.lostSettlements('bybit', request.line);
  const list: unknown[] = [];
  for (const at of settlements(instrument, start ?? 0, Math.min(end ?? request.at, request.at))) {
    if (list.length === limit) break;
    if (lost.has(at)) continue;
    list.push({
      symbol: instrument.symbol,
      fundingRate: rate(context.seed, instrument, at),
      fundingRateTimestamp: String(at),
    });
  }
  return { category, list };
}

const INTEREST = 0.000_1;
const CLAMP = 0.000_5;

/** Premium plus interest by the venue's formula: a calm market pays exactly the interest. */
function rate(seed: number, instrument: Instrument, at: number): string {
  const stream = streamOf(seed, instrument.contract.market, instrument.symbol, 'premium');
  const premium = 0.000_9 * smooth(stream, at, 5 * DAY) + 0.000_3 * (unit(stream, at) - 0.5);
  const part = fundingHours(instrument, at) / 8;
  const full = premium + Math.min(CLAMP, Math.max(-CLAMP, INTEREST - premium));
  return trimmed(Math.round(full * part * 1e8), 8);
}
