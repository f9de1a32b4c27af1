import { HOUR } from '../../../functions/core/time/time.ts';
import { type Currency, expiries } from '../../../simulator/deribit/chain.ts';
import type { Values } from '../market/values.ts';

const STRIKES = [90_000, 100_000];
const EXPIRIES = 2;
/** What an option is priced on, and the index. */
const PRICE = 95_000;

export interface Quote {
  readonly name: string;
  readonly expiry: number;
  readonly strike: number;
  readonly side: 'C' | 'P';
  readonly openInterest: number;
  readonly iv: number;
}

/** All options of a currency as the venue quotes them in an hour: nobody can learn of them later. */
export const quotesOf = (values: Values, currency: Currency, now: number): Quote[] =>
  expiries(currency, now)
    .slice(0, EXPIRIES)
    .flatMap(({ at, code }) =>
      STRIKES.flatMap((strike) =>
        (['C', 'P'] as const).map((side): Quote => {
          const name = `${currency}-${code}-${strike}-${side}`;
          return { name, expiry: at, strike, side, ...values.option(name, now - (now % HOUR)) };
        }),
      ),
    );

/** The result of `get_book_summary_by_currency`. */
export const bookSummary = (values: Values, currency: Currency, now: number): unknown[] =>
  quotesOf(values, currency, now).map(({ name, openInterest, iv }) => ({
    instrument_name: name,
    open_interest: openInterest,
    mark_iv: iv,
    underlying_price: PRICE,
    interest_rate: 0,
    creation_timestamp: now,
  }));

export const indexPrice = (): unknown => ({ index_price: PRICE });
