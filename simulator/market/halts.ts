import { MINUTE } from '../../functions/core/time/time.ts';
import type { Market, MarketName } from './contracts.ts';

/** A halt of a whole market that really happened: candles are missing, and around the old ones the grid is off. */
export interface Halt {
  readonly market: Market;
  /** first minute without a row, epoch ms */
  readonly start: number;
  /** first minute with a row again */
  readonly end: number;
  /** closeTime of the candle that the halt cut short */
  readonly stoppedAt?: number;
  /** opens are late by this much until the given instant */
  readonly offGrid?: { readonly ms: number; readonly until: number };
}

const at = (text: string): number => Date.parse(`${text}Z`);

/** Runs of known length; where the exact second of an old one is not known, it is a choice of this simulator. */
export const HALTS: readonly Halt[] = [
  {
    market: 'spot',
    start: at('2017-12-04T06:01'),
    end: at('2017-12-04T06:42'),
    stoppedAt: at('2017-12-04T06:00:37.882'),
    offGrid: { ms: 22_104, until: at('2017-12-18T10:00') },
  },
  { market: 'spot', start: at('2017-12-18T10:00'), end: at('2017-12-18T12:00') },
  {
    market: 'spot',
    start: at('2018-02-08T00:29'),
    end: at('2018-02-09T10:00'),
    stoppedAt: at('2018-02-08T00:28:14.416'),
    offGrid: { ms: 48_270, until: at('2018-02-10T09:00') },
  },
  { market: 'spot', start: at('2020-11-30T06:00'), end: at('2020-11-30T06:01') },
  { market: 'spot', start: at('2021-08-13T02:00'), end: at('2021-08-13T06:30') },
  { market: 'spot', start: at('2023-03-24T12:40'), end: at('2023-03-24T14:00') },
];

/** How late a candle's raw open time is against its grid. */
export function offGridMs(market: MarketName, open: number, step: number): number {
  for (const halt of HALTS) {
    if (halt.market !== market || !halt.offGrid || step >= 24 * 60 * MINUTE) continue;
    if (open >= halt.end && open < halt.offGrid.until) return halt.offGrid.ms;
  }
  return 0;
}

/** The instant at which a halt cut the candle `[open, open + step)` short. */
export function cutShortAt(market: MarketName, open: number, step: number): number | undefined {
  return HALTS.find(
    (h) =>
      h.market === market &&
      h.stoppedAt &&
      h.stoppedAt >= open &&
      h.start <= open + step &&
      h.end >= open + step,
  )?.stoppedAt;
}
