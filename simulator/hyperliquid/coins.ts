import { MINUTE } from '../../functions/core/time/time.ts';
import type { Contract } from '../market/contracts.ts';

export interface Coin {
  /** as the venue writes it: `kPEPE` is a thousand PEPE, and a spot pair is its number */
  readonly name: string;
  readonly contract: Contract;
  readonly szDecimals: number;
  /** numbers of base and quote in the list of tokens; of spot pairs only */
  readonly tokens?: readonly [base: number, quote: number];
}

interface Extras {
  readonly delisted?: string;
  readonly quiet?: number;
  readonly multiplier?: number;
  readonly tokens?: readonly [number, number];
}

const at = (text: string): number => Date.parse(`${text}:00Z`);

function coin(
  name: string,
  base: string,
  listed: string,
  [price, lot]: readonly [number, number],
  { delisted, quiet = 0, multiplier = 1, tokens }: Extras = {},
): Coin {
  const listedAt = Math.floor(at(listed) / MINUTE) * MINUTE;
  return {
    name,
    szDecimals: lot,
    ...(tokens && { tokens }),
    contract: {
      market: tokens ? 'hyperliquid-spot' : 'hyperliquid-perp',
      symbol: name,
      base,
      quote: 'USDC',
      multiplier,
      listedAt,
      delistedAt: delisted === undefined ? undefined : at(delisted),
      onboardDate: listedAt,
      digits: { price, lot, quote: 2 },
      quiet,
    },
  };
}

/** Places in this list are names elsewhere, so nothing is ever removed. NEW, OLD and QUIET are not real. */
export const PERPS: readonly Coin[] = [
  coin('BTC', 'BTC', '2023-05-12T00:00', [1, 5]),
  coin('ETH', 'ETH', '2023-05-12T00:00', [2, 4]),
  coin('SOL', 'SOL', '2023-05-12T00:00', [3, 2]),
  coin('kPEPE', 'PEPE', '2023-05-16T20:00', [6, 0], { multiplier: 1000 }),
  coin('OLD', 'OLD', '2023-09-01T10:00', [4, 1], { delisted: '2025-06-05T09:00' }),
  coin('HYPE', 'HYPE', '2024-11-29T18:00', [3, 2]),
  coin('NEW', 'NEW', '2026-06-18T10:30', [4, 1]),
  // A minute without trades has no candle here.
  coin('QUIET', 'QUIET', '2024-03-01T10:00', [3, 1], { quiet: 0.3 }),
];

export const PAIRS: readonly Coin[] = [
  coin('PURR/USDC', 'PURR', '2024-04-16T00:00', [5, 0], { tokens: [1, 0] }),
  coin('@1', 'QUIET', '2024-05-01T00:00', [4, 1], { tokens: [2, 0], quiet: 0.5 }),
  coin('@107', 'HYPE', '2024-11-29T08:00', [3, 2], { tokens: [150, 0] }),
  coin('@142', 'BTC', '2025-02-14T12:00', [1, 5], { tokens: [197, 0] }),
];

const BY_NAME = new Map([...PERPS, ...PAIRS].map((one) => [one.name, one]));

/** What the venue knows at an instant; capitals matter. */
export function coinOf(name: unknown, now: number): Coin | undefined {
  const found = typeof name === 'string' ? BY_NAME.get(name) : undefined;
  return found && found.contract.listedAt <= now ? found : undefined;
}
