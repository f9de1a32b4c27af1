import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { isFinished, type JobStatus } from '../../../functions/core/jobs/job.ts';
import { DAY, iso, SECOND } from '../../../functions/core/time/time.ts';
import type { Around } from '../../../host/host.ts';
import { type JobTableServer, startJobTable } from '../../../host/jobs/job-table.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';
import { REAL_TABLE, startTestHost, type TestHost } from '../host.ts';
import { passingTime } from '../passing-time.ts';
import { until as poll } from '../until.ts';
import {
  contradictions,
  faultsIn,
  gapsIn,
  type Reconciliation,
  readReconciliation,
  rowsWrittenBy,
  type Slice,
} from './books.ts';
import { startTableProxy, type TableProxy } from './table-proxy.ts';
import { startWire, type Wire } from './wire.ts';

/** Removes the archive's daily files, so that rows come from pages. */
export const NO_DAILY_FILES = { kind: 'not-found', match: '/data/spot/daily/klines/' } as const;

/** Changes an answer of the venue on its way: takes its rows and returns others. */
export type Tamper = (rows: unknown[], url: URL) => unknown;

export interface FaultHost extends TestHost {
  /** the proxies in front of the job table and the database */
  readonly table: TableProxy;
  readonly wire: Wire;
  /** advances the clock that the host and the venues share */
  skip(ms: number): void;
  now(): number;
  /** wraps each call of a function by the state machine; undefined: no wrapper */
  around: Around | undefined;
  /** changes the candles that the spot market answers with; undefined: unchanged */
  tamper: Tamper | undefined;
  /** removes every fault */
  calm(): void;
  /** waits until the job's execution is over (of a cancelled job, it outlasts the job). @returns the job as it is then */
  settled(id: string): Promise<JobDetail>;
  /** pauses the next call of a function before it begins, or after it has answered */
  hold(handler: string, when: 'before' | 'after'): Held;
  orderOf(slice: Slice): object;
  /** orders a slice and waits. @returns the finished job */
  trigger(slice: Slice): Promise<JobDetail>;
  cancel(id: string): Promise<JobStatus>;
  /**
   * The check after each fault. The ledger matches the rows, and the jobs' reports are accurate. Then, with every fault
   * removed, the next trigger fetches exactly what is missing, and the one after it fetches nothing.
   */
  recovers(
    slice: Slice,
    ...jobs: readonly JobDetail[]
  ): Promise<{ readonly before: Reconciliation; readonly after: Reconciliation }>;
}

export interface Held {
  readonly reached: Promise<void>;
  release(): void;
}

const JOB_TABLE = 'gordon-jobs';

interface FaultHostOptions {
  /** defaults to a fresh one on the tests' server */
  readonly database?: TestDatabase;
  /** pause before each attempt of the state machine's Retry */
  readonly retryMs?: number;
  /** true: the job table lies in memory, where no proxy can break it */
  readonly tableInMemory?: boolean;
}

/** The embedded host, with control over everything that it depends on. */
export async function startFaultHost({
  database,
  retryMs = 100,
  tableInMemory = false,
}: FaultHostOptions = {}): Promise<FaultHost> {
  const { clock, skip, sleep: pause } = passingTime();
  const [jobTable, wire] = await Promise.all([startJobTable(JOB_TABLE), startWire()]);
  const table = await startTableProxy(jobTable.url);
  const turned: { around: Around | undefined; tamper: Tamper | undefined } = {
    around: undefined,
    tamper: undefined,
  };
  const page = await startTampering(() => turned.tamper);
  const host = await startTestHost(
    { clock },
    clock,
    ({ databaseUrl, venues }) => {
      page.target = venues.url;
      return {
        databaseUrl: wire.url(databaseUrl),
        env: {
          AWS_ENDPOINT_URL_DYNAMODB: table.url,
          GORDON_BINANCE_SPOT_URL: venues.env.GORDON_BINANCE_SPOT_URL!.replace(venues.url, page.url),
        },
        rehearsal: {
          around: (handler, event, invoke) => (turned.around ?? plain)(handler, event, invoke),
          retryMs,
          patience: { firstByteMs: SECOND, stallMs: SECOND },
          sleep: pause,
          ...(!tableInMemory && REAL_TABLE),
        },
      };
    },
    database ?? (await createTestDatabase()),
  );
  const books = (slice: Slice): Promise<Reconciliation> =>
    readReconciliation(host.sql, host.venues.control.context, slice);

  const it: Omit<FaultHost, 'around' | 'tamper'> = {
    ...host,
    table,
    wire,
    now: clock,
    skip,
    calm() {
      host.venues.faults.clear();
      host.venues.control.limits.reset();
      table.calm();
      wire.calm();
      turned.around = undefined;
      turned.tamper = undefined;
    },
    orderOf: ({ source, symbol, from, to }) => ({ source, symbols: [symbol], from: iso(from), to: iso(to) }),
    trigger: async (slice) => host.wait((await host.order(it.orderOf(slice))).id),
    async cancel(id) {
      const { body } = await host.ask<{ status: JobStatus }>(`/backfill/jobs/${id}`, { method: 'DELETE' });
      return body.status;
    },
    async settled(id) {
      await until(async () => !(await isExecuted(host.host.env, id)), 100);
      return host.wait(id);
    },
    hold(handler, when) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      turned.around = async (called, event, invoke) => {
        if (called !== handler) return invoke(event);
        turned.around = undefined;
        const stop = (): Promise<void> => {
          reached.resolve();
          return released.promise;
        };
        if (when === 'before') await stop();
        const answer = await invoke(event);
        if (when === 'after') await stop();
        return answer;
      };
      return { reached: reached.promise, release: released.resolve };
    },
    async recovers(slice, ...jobs) {
      for (const { id } of jobs) await it.settled(id);
      const before = await books(slice);
      expect(faultsIn(before)).toEqual([]);
      for (const { id } of jobs) {
        const job = await it.settled(id);
        expect(contradictions(job, [before], await rowsWrittenBy(host.sql, id))).toEqual([]);
      }
      it.calm();
      const next = await it.trigger(slice);
      const after = await books(slice);
      expect([next.status, next.rows_fetched, gapsIn(after)]).toEqual(['succeeded', before.lost, []]);
      expect(contradictions(next, [after], await rowsWrittenBy(host.sql, next.id))).toEqual([]);
      const sent = host.venues.requests.all().length;
      expect(await it.trigger(slice)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
      expect(host.venues.requests.all().length).toBe(sent);
      const { jobs: left } = await host.host.services.jobs.list({
        statuses: ['queued', 'running'],
        limit: 10,
      });
      expect(left.filter(({ status }) => !isFinished(status))).toEqual([]);
      return { before, after };
    },
    async [Symbol.asyncDispose]() {
      it.calm();
      await host[Symbol.asyncDispose]();
      await Promise.all([page.close(), table.close(), wire.close()]);
      await (jobTable as JobTableServer).close();
    },
  };
  return Object.defineProperties(it, {
    around: {
      get: () => turned.around,
      set: (around: Around | undefined) => Object.assign(turned, { around }),
    },
    tamper: {
      get: () => turned.tamper,
      set: (tamper: Tamper | undefined) => Object.assign(turned, { tamper }),
    },
  }) as FaultHost;
}

const plain: Around = (_handler, event, invoke) => invoke(event);

let taken = 0;
/**
 * A day that no other test of the process uses: a daily file, or two pages of REST. Days of one month, for a job has a chunk for each month.
 * How many were taken before depends on which files ran in this process.
 */
export function freshSlice(days = 1, source: Slice['source'] = 'klines_spot'): Slice {
  const at = (day: number): Date => new Date(Date.UTC(2025, 2, 1) + day * DAY);
  while (at(taken).getUTCMonth() !== at(taken + days - 1).getUTCMonth()) taken += 1;
  const from = at(taken).getTime();
  taken += days + 1;
  return { source, symbol: 'ETHUSDT', from, to: from + days * DAY };
}

/** Polls until a condition holds. */
export const until = (holds: () => boolean | Promise<boolean>, everyMs?: number): Promise<void> =>
  poll(String(holds), holds, everyMs);

async function isExecuted(env: NodeJS.ProcessEnv, jobId: string): Promise<boolean> {
  const executionArn = `${env.GORDON_STATE_MACHINE_ARN!.replace(':stateMachine:', ':execution:')}:${jobId}`;
  const headers = { 'x-amz-target': 'AWSStepFunctions.DescribeExecution' };
  const body = JSON.stringify({ executionArn });
  const answer = await fetch(env.AWS_ENDPOINT_URL_SFN!, { method: 'POST', headers, body });
  return ((await answer.json()) as { status?: string }).status === 'RUNNING';
}

/** Forwards requests to the venues, and passes answers with candles through `tamper`. */
async function startTampering(tamper: () => Tamper | undefined) {
  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url!, proxy.target);
    try {
      const answer = await fetch(url);
      const text = await answer.text();
      const change = url.pathname.endsWith('/klines') ? tamper() : undefined;
      const body = change && answer.ok ? JSON.stringify(change(JSON.parse(text) as unknown[], url)) : text;
      outgoing.sendDate = false;
      const kept = [...answer.headers].filter(
        ([name]) => !/^(content-length|connection|keep-alive)$/.test(name),
      );
      outgoing.writeHead(answer.status, Object.fromEntries(kept)).end(body);
    } catch {
      // An answer that the venue cut off is cut off here too.
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = {
    target: '',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
