/** What a function of the program may do. */
export type Access =
  /** reads and writes the job table (jobs, chunks, rate budgets), or reads it only */
  | ('job-table' | 'job-table:read')
  /** starts executions of the backfill state machine */
  | 'workflow'
  /** `aggregates`: as the owner of the aggregates, where that is another login */
  | ('database' | 'aggregates')
  /** calls venues: gets their keys and the variables that point their hosts elsewhere; `events`: reports how jobs end */
  | ('venues' | 'events')
  /** keeps the tree of exported months that the operator named, and signs it */
  | 'exports'
  /** serves files from a bucket and has them made; `files:make` makes them */
  | ('files' | 'files:make');
