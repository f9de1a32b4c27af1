/** What was found of one series in one day or month. As the API returns it. */
export interface PeriodCertificate {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly from: string;
  readonly to: string;
  /** all stored rows of the period, and a hash over their canonical lines in the order of the key, each ended by a newline */
  readonly rows: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly sha256: string;
  /** rows that were compared with the venue's; the others it no longer serves, or they are not accounted for */
  readonly compared: number;
  /** rows that differ from what the venue serves now */
  readonly changed: number;
  /** accounted for, served by the venue, and not stored */
  readonly missing: number;
  /** stored, and the venue has no such row */
  readonly extra: number;
  readonly differences: readonly Difference[];
  /** archive objects that the ledger names, with the hash that the archive publishes now; null when it has none */
  readonly objects: readonly ObjectVerdict[];
  /** stretches proven empty by a look at the symbol's lives that is old by now, or that the present look contradicts */
  readonly outdated: readonly OutdatedProof[];
  readonly verdict: Verdict;
  /** something was compared, nothing differs, and no proof of emptiness is outdated */
  readonly identical: boolean;
}

/**
 * `not-compared`: of all stored rows there is none that the venue can repeat, or none is stored. `outdated`: nothing differs, and
 * what is taken for a time before listing or after delisting was proven by an old look.
 */
export type Verdict = 'identical' | 'different' | 'not-compared' | 'outdated';

export interface OutdatedProof {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface Difference {
  readonly kind: 'changed' | 'missing' | 'extra';
  readonly stored: Readonly<Record<string, unknown>> | null;
  readonly venue: Readonly<Record<string, unknown>> | null;
  readonly stored_from: string | null;
  readonly venue_from: string | null;
}

export interface ObjectVerdict {
  readonly object: string;
  readonly ledger: string;
  readonly venue: string | null;
}
