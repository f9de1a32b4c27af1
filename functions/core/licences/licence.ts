/** What is known of a clause: its sense in plain words, or that nobody here has read it. */
export type Clause = string;

/** Where nothing was read about a clause, no sense is invented. */
export const NOT_VERIFIED: Clause = 'not verified';

/** The terms under which a publisher gives its data, as far as they are known. No legal advice. */
export interface Licence {
  /** stable, such as `fred` */
  readonly id: string;
  readonly publisher: string;
  /** what the terms are called; null where no data licence was found in the publisher's documents */
  readonly title: string | null;
  /** a page of the publisher that has the terms or names them; null: not verified */
  readonly url: string | null;
  /** day of the terms, ISO; null: not verified, or there are none */
  readonly dated: string | null;
  /** `copy`: the terms were read in a copy. `quoted`: others quote them, the original was not read. `none`: none were found */
  readonly basis: 'copy' | 'quoted' | 'none';
  /** to show where the data are shown */
  readonly attribution: string;
  /** a notice that the publisher demands word for word */
  readonly notice?: string;
  /** all of it in a sentence or two */
  readonly summary: string;
  readonly storing: Clause;
  readonly training: Clause;
  readonly redistribution: Clause;
  readonly commercial: Clause;
}
