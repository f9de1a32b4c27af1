/** The result of verifying one day or month of a series, as the API returns it. */
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
  /** rows that were compared with the venue's. The venue no longer serves the others, or the ledger does not account for them */
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
  /** stretches proven empty by lives of the symbol that are out of date or contradicted by the present ones */
  readonly outdated: readonly OutdatedProof[];
  readonly verdict: Verdict;
  /** something was compared, nothing differs, and no proof of emptiness is outdated */
  readonly identical: boolean;
}

/**
 * `not-compared`: no stored row is still served by the venue, or none is stored. `outdated`: nothing differs, but a time
 * before listing or after delisting was proven by lives that are out of date.
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
