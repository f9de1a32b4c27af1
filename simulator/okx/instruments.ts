import { MINUTE } from '../../functions/core/time/time.ts';
import type { Contract } from '../market/contracts.ts';

export type InstType = 'SPOT' | 'SWAP';

export interface Instrument {
  readonly type: InstType;
  readonly instId: string;
  readonly base: string;
  readonly quote: string;
  /** epoch ms, seconds and all */
  readonly listTime: number;
  readonly contract: Contract;
  /** of a swap: what one contract stands for, in coins as 10^-digits; of an inverse one in dollars */
  readonly ctVal?: { readonly coinDigits: number } | { readonly dollars: number };
}

interface Extras {
  readonly delisted?: string;
  readonly quiet?: number;
  readonly ctVal?: Instrument['ctVal'];
  readonly multiplier?: number;
}

const at = (text: string): number => Date.parse(`${text}Z`);

function instrument(
  type: InstType,
  [base, quote]: readonly [string, string],
  listed: string,
  [price, lot]: readonly [number, number],
  { delisted, quiet = 0, ctVal, multiplier = 1 }: Extras = {},
): Instrument {
  const instId = `${base}-${quote}${type === 'SWAP' ? '-SWAP' : ''}`;
  const listTime = at(listed);
  const inverse = quote === 'USD';
  return {
    type,
    instId,
    base,
    quote,
    listTime,
    ...(ctVal && { ctVal }),
    contract: {
      market: type === 'SPOT' ? 'okx-spot' : 'okx-swap',
      symbol: instId,
      base,
      quote: inverse ? 'USDT' : quote,
      multiplier,
      listedAt: Math.floor(listTime / MINUTE) * MINUTE,
      delistedAt: delisted === undefined ? undefined : at(delisted),
      onboardDate: listTime,
      digits: { price, lot, quote: inverse ? 0 : Math.min(price + lot, 5) },
      quiet,
    },
  };
}

const coins = (coinDigits: number) => ({ coinDigits });
const dollars = (of: number) => ({ dollars: of });

/** Listing times of the real ones are near the real ones. NEW, OLD and QUIET are not real. */
export const INSTRUMENTS: readonly Instrument[] = [
  instrument('SPOT', ['BTC', 'USDT'], '2019-01-22T05:03:33', [1, 8]),
  instrument('SPOT', ['ETH', 'USDT'], '2019-01-22T05:03:33', [2, 6]),
  instrument('SPOT', ['SOL', 'USDT'], '2020-09-29T02:00:00', [2, 6]),
  instrument('SPOT', ['ETH', 'BTC'], '2019-01-22T05:03:33', [5, 6]),
  instrument('SPOT', ['NEW', 'USDT'], '2025-06-19T08:30:00', [4, 1]),
  instrument('SPOT', ['OLD', 'USDT'], '2021-04-01T08:00:00', [4, 1], { delisted: '2025-05-02T08:00:00' }),
  instrument('SWAP', ['BTC', 'USDT'], '2019-11-12T11:16:48', [1, 4], { ctVal: coins(2) }),
  instrument('SWAP', ['ETH', 'USDT'], '2019-11-12T11:16:48', [2, 3], { ctVal: coins(1) }),
  instrument('SWAP', ['SOL', 'USDT'], '2021-01-05T08:00:00', [2, 2], { ctVal: coins(0) }),
  instrument('SWAP', ['BTC', 'USD'], '2018-12-27T10:00:00', [1, 8], { ctVal: dollars(100) }),
  instrument('SWAP', ['QUIET', 'USDT'], '2023-03-03T10:00:00', [3, 1], { ctVal: coins(0), quiet: 0.3 }),
];

const BY_ID = new Map(INSTRUMENTS.map((one) => [one.instId, one]));

/** What the venue knows at an instant: it forgets an instrument that has ended. */
export function instrumentOf(instId: string, now: number): Instrument | undefined {
  const found = BY_ID.get(instId);
  return found && found.listTime <= now && now < (found.contract.delistedAt ?? Infinity) ? found : undefined;
}
