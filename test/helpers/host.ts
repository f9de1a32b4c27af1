import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { type Host, type HostOptions, startHost } from '../../host/host.ts';
import { startVenues } from '../../simulator/index.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { memoryJobTable } from './memory-table.ts';
import { type PassingTime, passingTime } from './passing-time.ts';
import { until } from './until.ts';

type Venues = Awaited<ReturnType<typeof startVenues>>;

export interface TestHost {
  readonly host: Host;
  /** where the host keeps its files */
  readonly folder: string;
  readonly venues: Venues;
  readonly sql: Sql;
  /** sends a request to the jobs API and parses the body */
  ask<T = unknown>(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: T }>;
  order(body: object, headers?: Record<string, string>): Promise<JobDetail>;
  /** waits until the job has ended, or until `enough` holds */
  wait(id: string, enough?: (job: JobDetail) => boolean): Promise<JobDetail>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The tests of the state machine check the definition's real pauses. */
const RETRY_MS = 100;

/** Each costs the server as much as many statements do, and a host lives for seconds. */
const CONNECTIONS = 4;

const isOver = (job: JobDetail): boolean => job.finished_at !== null;

/** The job table that the program has: a file of SQLite, here in memory, or the DynamoDB that `AWS_ENDPOINT_URL_DYNAMODB` names. */
export const REAL_TABLE = { jobTable: undefined } as const;

/**
 * The embedded host on a database of its own, with venues in the same process whose faults and clock a test controls. Its job
 * table lies in memory; a test that is about the table itself takes `REAL_TABLE` for its rehearsal.
 * @param more options of the host; its variables take precedence over those that point at the venues
 * @param database disposed of with the host; defaults to a fresh one on the tests' server
 */
export async function startTestHost(
  venueOptions: Parameters<typeof startVenues>[0] = {},
  clock?: Clock,
  more: Partial<HostOptions> | ((at: { databaseUrl: string; venues: Venues }) => Partial<HostOptions>) = {},
  database?: TestDatabase,
): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-host-'));
  database ??= await createTestDatabase();
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues'), ...venueOptions });
  const options = typeof more === 'function' ? more({ databaseUrl: database.url, venues }) : more;
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    databaseUrl: database.url,
    simulated: false,
    durable: false,
    ...(clock && { clock }),
    ...options,
    rehearsal: {
      retryMs: RETRY_MS,
      jobTable: memoryJobTable(),
      connections: CONNECTIONS,
      ...options.rehearsal,
    },
    env: { ...venues.env, ...options.env },
  });
  const base = `http://127.0.0.1:${host.ports.jobs}`;
  const ask: TestHost['ask'] = async (path, init) => {
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  };
  return {
    host,
    folder,
    venues,
    sql: database.connect(),
    ask,
    async order(body, headers = {}) {
      const answer = await ask<JobDetail>('/backfill', {
        method: 'POST',
        body: JSON.stringify(body),
        headers,
      });
      if (answer.status !== 202) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async wait(id, enough = isOver) {
      // A look at the job table costs a hundredth of a request.
      if (enough === isOver) {
        const ended = async () => (await host.services.jobs.get(id))?.finishedAt !== undefined;
        await until(`job ${id} has ended`, ended);
      }
      let job: JobDetail | undefined;
      await until(
        () => `job ${id} has come so far; it is at ${JSON.stringify(job)}`,
        async () => {
          job = (await ask<JobDetail>(`/backfill/jobs/${id}`)).body;
          return enough(job);
        },
        50,
      );
      return job!;
    },
    async [Symbol.asyncDispose]() {
      await host.close();
      await venues.close();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The test host and its venues on a clock that skips the program's pauses (backoff and pacing). */
export const startHostOnPassingTime = (
  { clock, sleep: pause }: PassingTime = passingTime(),
  more: Partial<HostOptions> = {},
): Promise<TestHost> => startTestHost({ clock }, clock, { ...more, rehearsal: { sleep: pause } });
