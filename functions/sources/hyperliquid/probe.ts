import { type Check, judged } from '../../core/probe/check.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { funding_hyperliquid } from '../funding/funding_hyperliquid.ts';
import { klines_hyperliquid_perp, klines_hyperliquid_spot } from '../klines/klines_hyperliquid.ts';
import { clockCheck } from '../probe/clocks.ts';
import { pageChecks } from '../probe/pages.ts';
import { malformed } from '../rest/malformed.ts';
import { KEPT, newestCandles, openTimesIn } from './candles.ts';
import { listRequest } from './markets.ts';

const VENUE = 'hyperliquid';

const listed = { path: [], stamp: 't', unit: 'milliseconds', type: 'number', order: 'oldest' } as const;

/** No header counts the weight. Hours: a minute that has just begun may have no trade yet, hence no candle. */
const candles = {
  venue: VENUE,
  timeframe: '1h',
  layout: { ...listed, fields: ['t', 's', 'i', 'o', 'c', 'h', 'l', 'v', 'n'], optional: ['T'] },
  candles: true,
  recentMs: 12 * HOUR,
  newestWithinMs: DAY,
  counted: false,
} as const;

/** If more is kept than the adapter requests, rows that could be had are given up. */
const wallCheck: Check = {
  id: `${VENUE}/${klines_hyperliquid_perp.id}/wall`,
  venue: VENUE,
  proves: `of a longer range the newest ${KEPT} candles come`,
  sources: [klines_hyperliquid_perp.id, klines_hyperliquid_spot.id],
  requests: () => [newestCandles('BTC', '1m')],
  judge([answer]) {
    if (!answer) throw malformed('', 'the venue says that there is no such thing.');
    const times = openTimesIn(answer.body);
    const behind = answer.asOf - (times.at(-1) ?? 0);
    return judged(
      [
        times.length !== KEPT && `${times.length} candles came, not ${KEPT}`,
        behind > 2 * MINUTE && `the newest one began ${Math.round(behind / SECOND)} s ago`,
      ],
      `the newest ${times.length} candles`,
    );
  },
};

export const hyperliquidChecks: readonly Check[] = [
  ...pageChecks({ ...candles, source: klines_hyperliquid_perp, symbol: 'BTC' }),
  wallCheck,
  ...pageChecks({ ...candles, source: klines_hyperliquid_spot, symbol: '@107' }),
  ...pageChecks({
    venue: VENUE,
    source: funding_hyperliquid,
    symbol: 'BTC',
    timeframe: '1h',
    layout: { ...listed, fields: ['coin', 'fundingRate', 'time'], optional: ['premium'], stamp: 'time' },
    recentMs: 12 * HOUR,
    longMs: 60 * DAY,
    newestWithinMs: DAY,
    counted: false,
  }),
  clockCheck(
    VENUE,
    [klines_hyperliquid_perp, klines_hyperliquid_spot, funding_hyperliquid].map(({ id }) => id),
    () => listRequest('perp'),
  ),
];
