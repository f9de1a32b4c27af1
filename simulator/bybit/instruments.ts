import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Contract } from '../market/contracts.ts';

export type Category = 'spot' | 'linear' | 'inverse';

export interface FundingPhase {
  /** epoch ms */
  readonly from: number;
  readonly hours: number;
}

export interface Instrument {
  readonly category: Category;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  /** its listing in the simulated market */
  readonly contract: Contract;
  /** as instruments-info reports it; the first candle can be later */
  readonly launchedAt: number;
  /** in order; none for spot */
  readonly funding: readonly FundingPhase[];
}

interface Extras {
  readonly launched?: string;
  readonly delisted?: string;
  /** from here on no route knows it */
  readonly forgotten?: string;
  readonly quiet?: number;
  readonly multiplier?: number;
  readonly symbol?: string;
  /** `[from, hours]`; defaults to 8 hours from the listing on */
  readonly funding?: readonly (readonly [from: string, hours: number])[];
}

const at = (text: string): number => Date.parse(`${text}:00Z`);

function instrument(
  category: Category,
  base: string,
  listed: string,
  [price, lot]: readonly [number, number],
  extras: Extras = {},
): Instrument {
  const {
    launched = listed,
    delisted,
    forgotten,
    quiet = 0,
    multiplier = 1,
    funding = [[listed, 8]],
  } = extras;
  const quote = category === 'inverse' ? 'USD' : 'USDT';
  const symbol = extras.symbol ?? base + quote;
  const listedAt = at(listed);
  const launchedAt = at(launched);
  return {
    category,
    symbol,
    base,
    quote,
    settle: category === 'inverse' ? base : quote,
    launchedAt,
    funding: category === 'spot' ? [] : funding.map(([from, hours]) => ({ from: at(from), hours })),
    contract: {
      market: `bybit-${category}`,
      symbol,
      base,
      quote: 'USDT',
      multiplier,
      listedAt,
      delistedAt: delisted === undefined ? undefined : at(delisted),
      onboardDate: launchedAt,
      // An inverse candle counts whole dollars as volume and coins as turnover.
      digits: { price, lot, quote: category === 'inverse' ? 0 : Math.min(price + lot, 5) },
      quiet,
      ...(forgotten !== undefined && { forgottenAt: at(forgotten) }),
    },
  };
}

/** More perpetuals than fit on one page of instruments-info. Not real. */
const FILLERS = Array.from({ length: 520 }, (_, i) => {
  const listed = new Date(Date.UTC(2023, 5, 1, 8) + i * DAY).toISOString().slice(0, 16);
  const symbol = `SIM${String(i + 1).padStart(3, '0')}USDT`;
  return instrument('linear', 'QUIET', listed, [4, 0], { symbol, quiet: 0.5 });
});

/** Listing times of the real symbols are near the real ones. NEW, OLD, GONE, QUIET and SIMnnn are not real. */
export const INSTRUMENTS: readonly Instrument[] = [
  instrument('spot', 'BTC', '2021-07-05T12:00', [2, 6]),
  instrument('spot', 'ETH', '2021-07-05T12:00', [2, 5]),
  instrument('spot', 'SOL', '2021-10-14T06:00', [2, 3]),
  instrument('spot', 'XRP', '2021-07-05T12:00', [4, 2]),
  instrument('spot', 'NEW', '2025-06-17T14:00', [4, 1]),
  instrument('linear', 'BTC', '2020-03-25T10:36', [1, 3], { launched: '2020-03-15T00:00' }),
  instrument('linear', 'ETH', '2020-10-21T06:00', [2, 2]),
  instrument('linear', 'XRP', '2021-05-13T07:00', [4, 0], {
    funding: [
      ['2021-05-13T07:00', 8],
      ['2024-06-03T08:00', 4],
      ['2024-06-04T12:00', 1],
      ['2024-06-05T13:00', 8],
    ],
  }),
  instrument('linear', 'DOGE', '2021-06-02T06:00', [5, 0]),
  instrument('linear', 'SHIB', '2021-11-10T10:00', [6, 0], { multiplier: 1000, symbol: 'SHIB1000USDT' }),
  instrument('linear', 'SOL', '2021-10-15T00:00', [3, 1], {
    funding: [
      ['2021-10-15T00:00', 8],
      ['2022-11-09T08:00', 4],
      ['2022-11-10T00:00', 2],
      ['2022-11-19T00:00', 8],
    ],
  }),
  instrument('linear', 'NEW', '2025-06-18T10:30', [4, 0], {
    funding: [
      ['2025-06-18T10:30', 4],
      ['2025-10-10T22:00', 1],
      ['2025-10-14T00:00', 4],
    ],
  }),
  instrument('linear', 'OLD', '2021-09-02T08:00', [4, 0], { delisted: '2025-03-21T09:00' }),
  instrument('linear', 'GONE', '2022-05-10T10:00', [4, 0], {
    delisted: '2023-06-22T09:00',
    forgotten: '2023-07-01T00:00',
  }),
  instrument('linear', 'QUIET', '2023-03-02T10:00', [3, 1], { quiet: 0.3 }),
  ...FILLERS,
  instrument('inverse', 'BTC', '2018-11-14T16:00', [1, 8]),
  instrument('inverse', 'ETH', '2019-01-24T16:00', [2, 8]),
  instrument('inverse', 'XRP', '2019-10-17T16:00', [4, 4]),
];

const BY_NAME = new Map(INSTRUMENTS.map((i) => [`${i.category} ${i.symbol}`, i]));

export const instrumentOf = (category: Category, symbol: string): Instrument | undefined =>
  BY_NAME.get(`${category} ${symbol}`);

/** Hours between settlements at an instant. */
export const fundingHours = (of: Instrument, now: number): number =>
  of.funding.findLast((phase) => phase.from <= now)?.hours ?? of.funding[0]?.hours ?? 8;

/** Settlement times, newest first, of those in `[oldest, newest]`. */
export function* settlements(of: Instrument, oldest: number, newest: number): Generator<number> {
  const { listedAt, delistedAt = Infinity } = of.contract;
  // Before it no position was held for a whole interval.
  const first = Math.max(oldest, listedAt + (of.funding[0]?.hours ?? 0) * HOUR);
  let end = Math.min(newest, delistedAt);
  for (const { from, hours } of of.funding.toReversed()) {
    const step = hours * HOUR;
    for (let at = Math.floor(end / step) * step; at >= from; at -= step) {
      if (at < first) return;
      yield at;
    }
    end = Math.min(end, from - 1);
  }
}
