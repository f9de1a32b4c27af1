import { malformed, readJson } from '../rest/malformed.ts';

/** The venue dates the end of a perpetual without one in the year 2100; epoch ms. */
export const NO_END = Date.UTC(2100, 0);

/** The entries of an answer of `exchangeInfo`. @throws GordonError `malformed-rows` */
export function entriesIn(body: Uint8Array, subject: string): readonly unknown[] {
  const { symbols } = (readJson(body, subject) ?? {}) as { symbols?: unknown };
  if (!Array.isArray(symbols)) throw malformed(subject, 'the answer has no list of symbols.');
  return symbols;
}

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
  const found = (entriesIn(body, symbol) as readonly (Entry | null)[]).filter(
    (entry) => entry?.[named] === symbol,
  );
  const one = found.find((entry) => entry?.status === 'TRADING') ?? found[0];
  return one ? String(one.status) : undefined;
}

interface Entry {
  readonly symbol?: unknown;
  readonly pair?: unknown;
  readonly status?: unknown;
}
