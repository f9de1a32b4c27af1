import type { Sha256 } from '../verify/ports.ts';

/** What a root is made of: which months there are, and their rows. */
export interface ChainedMonth {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  /** `2025-03` */
  readonly month: string;
  readonly rows: number;
  /** over the rows as canonical lines, as a certificate of `verify` has it */
  readonly rows_sha256: string;
}

type Hash = () => Sha256;

/** The first link: a tree without rows has it as its root. */
const HEAD = 'gordon-data export chain 1';

const hashOf = (sha256: Hash, text: string): string => {
  const hash = sha256();
  hash.add(text);
  return hash.hex();
};

const keyOf = ({ source, symbol, timeframe, month }: Omit<ChainedMonth, 'rows' | 'rows_sha256'>) => [
  source,
  symbol,
  timeframe,
  month,
];

/** The order of the chain: by source, symbol, timeframe and month, as their code units compare. */
export function compareMonths(a: Parameters<typeof keyOf>[0], b: Parameters<typeof keyOf>[0]): number {
  const of = keyOf(b);
  for (const [i, word] of keyOf(a).entries()) {
    if (word !== of[i]) return word < of[i]! ? -1 : 1;
  }
  return 0;
}

/**
 * The link of each month, each made of the one before, in the order of `compareMonths`; and the root, which is the last
 * one. Two warehouses with the same rows have the same root, in whatever order, form and time they got them.
 */
export function chainOf<Month extends ChainedMonth>(
  sha256: Hash,
  months: readonly Month[],
): { readonly links: readonly (Month & { readonly chain: string })[]; readonly root: string } {
  let last = hashOf(sha256, HEAD);
  const links = [...months].sort(compareMonths).map((month) => {
    last = hashOf(sha256, JSON.stringify([last, ...keyOf(month), month.rows, month.rows_sha256]));
    return { ...month, chain: last };
  });
  return { links, root: last };
}
