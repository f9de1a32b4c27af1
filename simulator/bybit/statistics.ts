import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { assetOf } from '../market/assets.ts';
import { pricesOf } from '../market/price.ts';
import { decimal } from '../numbers/decimal.ts';
import { hash32, smooth, streamOf } from '../numbers/noise.ts';
import { badParameter } from './envelope.ts';
import type { Instrument } from './instruments.ts';
import { Params, trimmed } from './params.ts';

const PERIODS: Readonly<Record<string, number>> = {
  '5min': 5 * MINUTE,
  '15min': 15 * MINUTE,
  '30min': 30 * MINUTE,
  '1h': HOUR,
  '4h': 4 * HOUR,
  '1d': DAY,
};

const RATIOS_FROM = Date.UTC(2020, 6, 20);

export function openInterest(context: VenueContext, request: VenueRequest): unknown {
  const { category, instrument, stamps, full } = snapshots(request, 'intervalTime', 200);
  const digits = category === 'inverse' ? 0 : instrument.contract.digits.lot;
  const list = stamps.map((at) => {
    const units = bothSides(context, instrument, at, digits);
    return {
      openInterest: decimal(units, digits, 8),
      singleOpenInterest: trimmed(Math.round(units / 2), digits),
      timestamp: String(at),
    };
  });
  const last = stamps.at(-1);
  const nextPageCursor = full && last !== undefined ? cursorAt(hash32(context.seed, last), last) : '';
  return { symbol: instrument.symbol, category, list, nextPageCursor };
}

export function accountRatio(context: VenueContext, request: VenueRequest): unknown {
  const { instrument, stamps } = snapshots(request, 'period', 500, RATIOS_FROM);
  const stream = streamOf(context.seed, instrument.contract.market, instrument.symbol, 'ratio');
  const list = stamps.map((at) => {
    const long = Math.round(5_400 + 1_200 * smooth(stream, at, 3 * DAY) + 250 * smooth(stream, at + 7, HOUR));
    return {
      symbol: instrument.symbol,
      buyRatio: trimmed(long, 4),
      sellRatio: trimmed(10_000 - long, 4),
      timestamp: String(at),
    };
  });
  // There is always a cursor, also after the last row.
  return { list, nextPageCursor: cursorAt(0, stamps.at(-1) ?? 0) };
}

/** The stamps of one page, newest first; both kinds of statistics page alike. */
function snapshots(request: VenueRequest, periodName: string, maxLimit: number, earliest = 0) {
  const params = new Params(request);
  const category = params.category(['linear', 'inverse'], 'params error: category invalid');
  const instrument = params.instrument(category, 'params error: symbol invalid');
  const period = PERIODS[params.text(periodName) ?? ''];
  if (!period) throw badParameter(`params error: ${periodName} invalid`);
  const end = params.instant('endTime');
  // A start without an end is not an error here: it is ignored.
  const start = end === undefined ? 0 : (params.instant('startTime') ?? 0);
  if (end !== undefined && start > end)
    throw badParameter('params error: startTime should be before endTime');
  const limit = params.limit(50, maxLimit);
  const { listedAt, delistedAt = Infinity } = instrument.contract;
  const oldest = Math.max(start, listedAt, earliest);
  const newest = Math.min(end ?? request.at, request.at, delistedAt, before(params.text('cursor')));
  const stamps: number[] = [];
  for (let at = Math.floor(newest / period) * period; at >= oldest && stamps.length < limit; at -= period)
    stamps.push(at);
  return { category, instrument, stamps, full: stamps.length === limit };
}

/** Percent-encoded inside the JSON, seconds inside the cursor: to be sent back as it is, or decoded once. */
const cursorAt = (id: number, at: number): string => encodeURIComponent(`lastid=${id}&lasttime=${at / 1000}`);

/** The newest instant, epoch ms, that the page after the cursor can hold. */
function before(cursor: string | undefined): number {
  if (cursor === undefined) return Infinity;
  const seconds = /^lastid=\d+&lasttime=(\d+)$/.exec(cursor)?.[1];
  if (seconds === undefined) throw badParameter('params error: cursor invalid');
  return Number(seconds) * 1000 - 1;
}

/** Open interest in units of 10^-digits: coins, or whole dollars for inverse contracts. Both sides counted. */
function bothSides(
  context: VenueContext,
  { contract, category }: Instrument,
  at: number,
  digits: number,
): number {
  const stream = streamOf(context.seed, contract.market, contract.symbol, 'interest');
  const share = category === 'inverse' ? 1.5 : 6;
  const tide = 1 + 0.4 * smooth(stream, at, 30 * DAY) + 0.06 * smooth(stream, at + 1, 9 * HOUR);
  const jitter = 1 + 0.004 * smooth(stream, at + 2, 7 * MINUTE);
  const dollars = assetOf(contract.base).dollarsPerMinute * 24 * 60 * share * tide * jitter;
  const price = category === 'inverse' ? 1 : pricesOf(context).at(contract.base, at) * contract.multiplier;
  return Math.round((dollars / price) * 10 ** digits);
}
