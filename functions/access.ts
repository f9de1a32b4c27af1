/** What a function of the program may do. */
export type Access =
  /** reads and writes the job table (jobs, chunks, rate budgets), or reads it only */
  | ('job-table' | 'job-table:read')
  /** starts executions of the backfill state machine */
  | 'workflow'
  /** looks up how these executions ended */
  | 'workflow:read'
  /** logs in to the database: with nothing but the right to read, or to write rows and ledger, or as the owner of the schema */
  | ('database:read' | 'database:write' | 'database:own')
  /** as the owner of the aggregates, where that is another login */
  | 'aggregates'
  /** calls venues: gets their keys and the variables that point their hosts elsewhere; `events`: reports how jobs end */
  | ('venues' | 'events')
  /** keeps the tree of exported months that the operator named, and signs it */
  | 'exports'
  /** serves files from a bucket and has them made; `files:make` makes them */
  | ('files' | 'files:make');
