import { malformed, readJson } from '../rest/malformed.ts';

/**
 * A symbol's state in an answer of `exchangeInfo`, such as `TRADING` or `BREAK`.
 * @param named `pair`: that of a contract of the pair, of one that trades where there are several
 * @returns undefined when the symbol is not listed in it
 * @throws GordonError `malformed-rows`
 */
export function statusIn(
  body: Uint8Array,
  symbol: string,
  named: 'symbol' | 'pair' = 'symbol',
): string | undefined {
  const { symbols } = (readJson(body, symbol) ?? {}) as { symbols?: unknown };
  if (!Array.isArray(symbols)) throw malformed(symbol, 'exchangeInfo has no list of symbols.');
  const found = (symbols as (Entry | null)[]).filter((entry) => entry?.[named] === symbol);
  const one = found.find((entry) => entry?.status === 'TRADING') ?? found[0];
  return one ? String(one.status) : undefined;
}

interface Entry {
  readonly symbol?: unknown;
  readonly pair?: unknown;
  readonly status?: unknown;
}
