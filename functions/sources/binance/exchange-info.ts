import { malformed, readJson } from '../rest/malformed.ts';

/**
 * A symbol's state in an answer of `exchangeInfo`, such as `TRADING` or `BREAK`.
 * @returns undefined when the symbol is not listed in it
 * @throws GordonError `malformed-rows`
 */
export function statusIn(body: Uint8Array, symbol: string): string | undefined {
  const { symbols } = (readJson(body, symbol) ?? {}) as { symbols?: unknown };
  if (!Array.isArray(symbols)) throw malformed(symbol, 'exchangeInfo has no list of symbols.');
  const found = symbols.find((entry: { symbol?: unknown }) => entry?.symbol === symbol);
  return found && String(found.status);
}
