import type { Comparison } from '../core/verify/cross/comparison.ts';

/** Names with the number of coins that one unit is about: `1000SHIBUSDT`, `1MBABYDOGEUSDT`. `1INCHUSDT` is none. */
const MULTIPLIED = /^(1000000|100000|10000|1000|1M)(?=[A-Z])/;

const unitOf = (symbol: string): { readonly coins: number; readonly rest: string } => {
  const [prefix = ''] = MULTIPLIED.exec(symbol) ?? [];
  const coins = prefix === '' ? 1 : prefix === '1M' ? 1e6 : Number(prefix);
  return { coins, rest: symbol.slice(prefix.length) };
};

/** By Binance's and Bybit's way to name multiplied tickers. */
export function scaleOf(left: string, right: string): number | undefined {
  const [a, b] = [unitOf(left), unitOf(right)];
  return a.rest === b.rest ? a.coins / b.coins : undefined;
}

const same = (left: string, right: string): number | undefined => (left === right ? 1 : undefined);

/** The closes of two markets that arbitrage keeps together. */
const closes = (id: string, left: string, right: string, what: string): Comparison => ({
  id,
  left: { source: left, price: 'close', atEnd: true },
  right: { source: right, price: 'close', atEnd: true },
  scale: scaleOf,
  // An hour has twelve rows of five minutes.
  samples: 10,
  kind: 'price-apart',
  what: `arbitrage keeps ${what}`,
});

/** What several sources say of one price. A new source adds a line where another one says the same. */
export const comparisons: readonly Comparison[] = [
  closes('perpetual-spot', 'klines_perp', 'klines_spot', 'a perpetual nearer to its spot market'),
  closes('binance-bybit', 'klines_perp', 'price_klines', 'the perpetuals of two venues nearer together'),
  closes(
    'spot-binance-bybit',
    'klines_spot',
    'klines_bybit_spot',
    'the spot markets of two venues nearer together',
  ),
  {
    id: 'open-interest-value',
    left: { source: 'open_interest_binance', price: { of: 'value_usd', per: 'open_interest' } },
    right: { source: 'klines_perp', price: 'close', atEnd: true },
    scale: same,
    // Both numbers are of one row.
    samples: 1,
    kind: 'value-apart',
    what: 'the value of the open interest is that of its contracts at the price',
  },
];
