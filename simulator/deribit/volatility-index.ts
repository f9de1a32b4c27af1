import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { hash32, smooth, streamOf } from '../numbers/noise.ts';
import type { Currency } from './chain.ts';
import { instantOf, type Method, required } from './params.ts';
import { float, invalidParam, type Wire } from './wire.ts';

const RESOLUTIONS: Readonly<Record<string, number>> = {
  1: SECOND,
  60: MINUTE,
  3600: HOUR,
  43200: 12 * HOUR,
  '1D': DAY,
};

const LARGEST_PAGE = 1000;
/** Bitcoin's day is the real one, Ether's is invented. */
const SINCE: Readonly<Record<Currency, number>> = { BTC: Date.UTC(2021, 2, 24), ETH: Date.UTC(2021, 3, 1) };

/** The index moves in straight lines from knot to knot, so extremes lie at knots or ends, in candles of every length. */
const KNOT = 10 * MINUTE;

/** Percent a year at an instant. */
function levelAt(stream: number, currency: Currency, at: number): number {
  const knot = (n: number): number => {
    const tide = 14 * smooth(stream, n * KNOT, 25 * DAY) + 3 * smooth(stream + 1, n * KNOT, 2 * DAY);
    return (currency === 'BTC' ? 52 : 70) + tide + 0.4 * smooth(stream + 2, n * KNOT, 2 * KNOT);
  };
  const n = Math.floor(at / KNOT);
  const share = at / KNOT - n;
  return share === 0 ? knot(n) : knot(n) * (1 - share) + knot(n + 1) * share;
}

function candle(stream: number, currency: Currency, start: number, end: number): Wire {
  const values = [levelAt(stream, currency, start)];
  for (let at = Math.floor(start / KNOT + 1) * KNOT; at < end; at += KNOT)
    values.push(levelAt(stream, currency, at));
  values.push(levelAt(stream, currency, end));
  const cells = [values[0]!, Math.max(...values), Math.min(...values), values.at(-1)!];
  return [start, ...cells.map((value) => float(value, 2))];
}

/**
 * DVOL: the newest 1,000 candles of a range, with the bound to go on from, in an order that changes from request to request, because
 * the venue promises none. The running candle is among them.
 */
export const volatilityIndex: Method = (context: VenueContext, params, now) => {
  const word = required(params, 'currency');
  const currency = (Object.keys(SINCE) as Currency[]).find((one) => one === word);
  if (!currency) throw invalidParam('currency', 'wrong format');
  const start = instantOf(params, 'start_timestamp');
  const end = Math.min(instantOf(params, 'end_timestamp'), now);
  const step = RESOLUTIONS[required(params, 'resolution')];
  if (step === undefined) throw invalidParam('resolution', 'wrong format');
  const stream = streamOf(context.seed, 'deribit', currency, 'dvol');
  const first = Math.max(Math.ceil(start / step) * step, Math.ceil(SINCE[currency] / step) * step);
  const last = Math.floor(end / step) * step;
  const oldest = Math.max(first, last - (LARGEST_PAGE - 1) * step);
  const data: Wire[] = [];
  for (let at = oldest; at <= last; at += step)
    data.push(candle(stream, currency, at, Math.min(at + step, now)));
  const newestFirst = hash32(stream, Math.floor((start + end) / MINUTE)) % 2 === 0;
  return {
    data: newestFirst ? data.toReversed() : data,
    continuation: oldest > first ? oldest - step : null,
  };
};
