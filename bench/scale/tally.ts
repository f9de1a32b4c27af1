/** Counts that only the flow of the states knows. Seconds. */
export interface Tally {
  planSeconds: number;
  /** map items, and their seconds */
  children: number;
  childSeconds: number;
  objects: number;
  pages: number;
  throttled: number;
  timedOut: number;
  deferred: number;
}

export const emptyTally = (): Tally => ({
  planSeconds: 0,
  children: 0,
  childSeconds: 0,
  objects: 0,
  pages: 0,
  throttled: 0,
  timedOut: 0,
  deferred: 0,
});
