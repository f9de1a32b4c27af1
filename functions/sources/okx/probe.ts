import { type Check, judged } from '../../core/probe/check.ts';
import type { PagesTier } from '../../core/series/source.ts';
import { DAY, floorTo, HOUR } from '../../core/time/time.ts';
import { klines_okx_spot, klines_okx_swap } from '../klines/klines_okx.ts';
import { clockCheck } from '../probe/clocks.ts';
import { pageChecks } from '../probe/pages.ts';
import { malformed } from '../rest/malformed.ts';
import { instrumentRequest } from './instruments.ts';

const VENUE = 'okx';
const SYMBOL = 'BTC-USDT';

/** Everything is text, newest first. Whether answers have headers about the limit is not known, so none is looked for. */
const common = {
  venue: VENUE,
  timeframe: '1h',
  layout: { path: ['data'], fields: 9, stamp: 0, unit: 'milliseconds', type: 'text', order: 'newest' },
  candles: true,
  recentMs: 12 * HOUR,
  longMs: 30 * DAY,
  newestWithinMs: DAY,
  counted: false,
} as const;

const [tier] = klines_okx_spot.tiers as readonly [PagesTier];
const days = { source: klines_okx_spot.id, symbol: SYMBOL, timeframe: '1d' } as const;

/** A bar of a day whose name does not end in `utc` begins at 16:00 UTC. */
const dayCheck: Check = {
  id: `${VENUE}/${klines_okx_spot.id}/day`,
  venue: VENUE,
  proves: 'days begin at 00:00 UTC',
  sources: [klines_okx_spot.id, klines_okx_swap.id],
  requests: (now) => {
    const end = floorTo(now, DAY);
    return [tier.request(days, { start: end - 10 * DAY, end })];
  },
  judge([answer]) {
    if (!answer) throw malformed('', 'the venue says that there is no such thing.');
    const { length } = tier.parse(answer.body, days, answer.asOf).batch;
    return judged([length !== 10 && `ten days have ${length} candles`], 'ten days have ten candles');
  },
};

export const okxChecks: readonly Check[] = [
  ...pageChecks({ ...common, source: klines_okx_spot, symbol: SYMBOL }),
  ...pageChecks({ ...common, source: klines_okx_swap, symbol: 'BTC-USDT-SWAP' }),
  dayCheck,
  clockCheck(VENUE, [klines_okx_spot.id, klines_okx_swap.id], () => instrumentRequest('spot', SYMBOL)),
];
