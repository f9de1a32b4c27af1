/** Something in the data that a reader should know and that is never repaired silently. */
export interface Finding {
  /** `duplicate-conflict`, `off-grid-time`, `checksum-mismatch`, … */
  readonly kind: string;
  /** the row it is about, epoch ms; absent when it is about a whole object */
  readonly time?: number;
  /** when it is about a run of rows: the end of the last one, epoch ms */
  readonly until?: number;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** The kind of a finding about rows of an answer that hold no value where one is due. */
export const UNREADABLE_CELL = 'unreadable-cell';
