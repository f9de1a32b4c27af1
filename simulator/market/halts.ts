import { MINUTE } from '../../functions/core/time/time.ts';
import type { MarketName } from './contracts.ts';

/** A halt of a whole market that really happened: candles are missing, and around the old ones the grid is off. */
export interface Halt {
  readonly market: MarketName;
  /** absent: of all of them */
  readonly symbols?: readonly string[];
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
  // Minutes in which the venue computed no price. Their days and numbers are reported, the times of day and which of them the index has
  // after all are choices.
  ...holes('um-mark', [
    ['2020-01-19T03:00', 29],
    ['2020-12-17T10:00', 24],
    ['2022-07-12T16:20', 10],
    ['2022-07-13T08:00', 1],
    ['2024-08-12T12:00', 2],
  ]),
  ...holes('um-index', [
    ['2020-01-19T03:00', 28],
    ['2020-12-17T10:01', 23],
    ['2022-07-12T16:20', 10],
    ['2024-08-12T12:00', 2],
  ]),
  ...holes('um-mark', [['2023-11-10T03:40', 25]], ['BTCUSDT', 'ETHUSDT']),
];

function holes(
  market: MarketName,
  minutes: readonly (readonly [from: string, length: number])[],
  symbols?: readonly string[],
): Halt[] {
  return minutes.map(([from, length]) => {
    const start = Date.parse(`${from}Z`);
    return { market, start, end: start + length * MINUTE, ...(symbols && { symbols }) };
  });
}

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
