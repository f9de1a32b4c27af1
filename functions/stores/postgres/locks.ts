import type { Transaction } from './postgres.ts';

/** What is locked, and how many locks there are of it; absent: one for each name. */
const PLACES = { months: 4_096, ledger: undefined, instruments: undefined } as const;

/**
 * Locks some names until the transaction ends, in one order, so that two holders never wait for one another. Others wait who lock one of
 * them. The locks are rows that only writers may lock: an advisory lock could be held by anybody who may read.
 */
export async function takeLocks(
  tx: Transaction,
  kind: keyof typeof PLACES,
  names: readonly string[],
): Promise<void> {
  const places = PLACES[kind];
  await (places === undefined
    ? tx`select market_data.take_locks(${kind}, ${tx.json([...names])})`
    : tx`select market_data.take_locks(${kind}, ${tx.json([...names])}, ${places}::int)`);
}
