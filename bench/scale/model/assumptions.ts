import { ASSUMED } from '../../../functions/core/costs/assumptions.ts';

/**
 * What is neither published nor in the code: numbers measured in this project, with the command that measures them, and
 * guesses, marked as such. `functions/core/costs/assumptions.ts` has more, used by quotes and bills too.
 */
export const TAKEN = {
  /** `npm run bench:year`: four symbol-years end to end, fetchers and PostgreSQL on the same two cores */
  storedPerSecond: 440_000,
  /** `npm run bench:audit`: 10,013,760 rows compared with the ledger in 1.63 s, two series at a time */
  countedPerSecond: 10_013_760 / 1.63,
  /** `gordon-data sizes` on TimescaleDB, newer than 400 days */
  bytesPerStoredRow: 180,
  /** a fetcher has one connection for single statements and one for its transaction; `test/scale` counts them */
  connectionsPerFetcher: 2,
  /** guess: what a database is set to for many fetchers; PostgreSQL's own default is 100 */
  maxConnections: 5_000,
  /** guess: a new Lambda environment with its bundle, secret and first connection */
  coldSeconds: 0.8,
  /** guess: Step Functions opens and closes a map run */
  mapRunSeconds: 1,
  /** guess: a request to a venue while a caller of the API waits */
  lookUpSeconds: 0.25,
  /** guess: planned chunks that PlanWave writes to the job table in a second */
  plannedPerSecond: 2_500,
  /** statements of PlanWave for each series: what is missing, and in the first wave the request and the count before it */
  planStatements: { first: 3, later: 1 },
} as const;

/** A chunk's start and end: one of a single page writes no more to the job table; `test/scale` counts the writes. */
export const WRITES_PER_CALL = 2;

/** A fetcher's own time. The database's part of its rate belongs to the database. */
export const fetchSeconds = (objectsAndPages: number, rows: number): number =>
  objectsAndPages * ASSUMED.fetchSeconds + rows / ASSUMED.rowsPerSecond;

/** @param seen chunks that the job planned before. @returns how long PlanWave works */
export function planSeconds(series: number, seen: number, planned: number, first: boolean): number {
  const statements = first ? TAKEN.planStatements.first : TAKEN.planStatements.later;
  return (
    ASSUMED.stepSeconds +
    series * statements * ASSUMED.planSecondsPerSeries +
    seen * ASSUMED.planSecondsPerChunk +
    planned / TAKEN.plannedPerSecond
  );
}
