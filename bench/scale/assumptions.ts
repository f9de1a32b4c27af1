import { ASSUMED } from '../../functions/core/costs/assumptions.ts';

/**
 * What is neither published nor in the code: measured numbers of this project with the command that measures them, and guesses that
 * say so. `functions/core/costs/assumptions.ts` has more, used by quotes and bills too.
 */
export const TAKEN = {
  /** `npm run bench`: one symbol-year end to end, fetcher and PostgreSQL on the same two cores */
  storedPerSecond: 300_000,
  /** `npm run bench:audit`: 10,013,760 rows held against the ledger in 3.6 s, one series after the other */
  countedPerSecond: 10_013_760 / 3.6,
  /** `sql/timescale/0004`: a month of minutes of twenty symbols is some 200 MB with its index */
  bytesPerStoredRow: 200e6 / (20 * 30 * 1_440),
  /** a fetcher has one connection for single statements and one for its transaction; `test/scale` counts them */
  connectionsPerFetcher: 2,
  /** guess: what a database is set to for many fetchers; PostgreSQL's own default is 100 */
  maxConnections: 5_000,
  /** guess: a new Lambda environment with its bundle, secret and first connection */
  coldSeconds: 0.8,
  /** guess: Step Functions opens and closes a map run */
  mapRunSeconds: 1,
  /** guess: a request to a venue, waited for by somebody at the API */
  askSeconds: 0.25,
  /** statements of PlanWave for each series: what is missing, and in the first wave the request and the count before it */
  planStatements: { first: 3, later: 1 },
} as const;

/** As the code has it, where it keeps it to itself; `test/scale` holds both together. Seconds, and a share. */
export const KEPT_INSIDE = {
  callBudget: 45,
  waveBudget: 180,
  longestWait: 60,
  share: 0.9,
  planParallel: 25,
  leasesPerLimit: 60,
} as const;

/** At work, done: a chunk of one page writes no more to the job table; `test/scale` counts them. */
export const WRITES_PER_CALL = 2;

/** Of a fetcher's rate the part that is spent at the database is the database's own business. */
export const fetchSeconds = (objectsAndPages: number, rows: number): number =>
  objectsAndPages * ASSUMED.fetchSeconds + rows / ASSUMED.rowsPerSecond;
