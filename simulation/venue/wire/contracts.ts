import { MINUTE } from '../../../functions/core/time/time.ts';
import type { Contract } from '../../../simulator/market/contracts.ts';
import { isTrading, type Listed } from '../market/book.ts';
import { DIGITS } from '../market/values.ts';

const QUOTE = 'USDT';

/** A symbol as the simulated venues' writers take it, with what is known of it at an instant. */
export function contractOf(listed: Listed, now: number): Contract {
  const { market, symbol, lives, quiet } = listed;
  const begun = lives.findLast(({ start }) => start <= now) ?? lives[0]!;
  return {
    market,
    symbol,
    base: symbol.slice(0, -QUOTE.length),
    quote: QUOTE,
    multiplier: 1,
    listedAt: lives[0]!.start,
    delistedAt: isTrading(listed, now) || begun.end > now ? undefined : begun.end,
    onboardDate: begun.start - (begun.start % MINUTE),
    digits: DIGITS,
    quiet,
  };
}
