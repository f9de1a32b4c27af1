import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import type { Around } from '../../../host/host.ts';
import { startJobTable } from '../../../host/jobs/job-table.ts';
import { JOB_TABLE } from '../../../host/local-aws.ts';
import { REAL_TABLE, startTestHost, type TestHost } from '../../helpers/host.ts';
import { startDatabaseTap } from './database-tap.ts';
import { nameOf } from './statements.ts';

/** What was requested of others meanwhile. */
export interface Work {
  /** by name, in order */
  readonly statements: readonly string[];
  /** actions of DynamoDB, such as `UpdateItem`, in order */
  readonly table: readonly string[];
  /** `GET /venue/path?query` */
  readonly venues: readonly string[];
  /** bytes of rows that went into COPY */
  readonly copied: number;
}

/** One call of a function by the state machine. */
export interface Call extends Work {
  readonly handler: string;
  readonly answer: unknown;
  /** calls it once more with the same event */
  again(): Promise<Call>;
}

export interface CountedJob {
  readonly job: JobDetail;
  /** the request that made the job */
  readonly ordering: Work;
  /** in the order in which they ran: one at a time */
  readonly calls: readonly Call[];
}

export interface CountedHost extends TestHost {
  run(order: object): Promise<CountedJob>;
}

/** Half a minute after a full one: the venues' windows neither turn nor are new. */
export const NOON = Date.UTC(2026, 1, 20, 12, 0, 30);

/**
 * The embedded host on a clock that stands still, with a meter on its database, job table and venues. Functions run one
 * after the other, so that what is counted is one call's own.
 */
export async function startCountedHost(): Promise<CountedHost> {
  const [tap, jobTable] = await Promise.all([startDatabaseTap(), startJobTable(JOB_TABLE)]);
  const actions: string[] = [];
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    const [service, action] = String(request.getHeader('x-amz-target') ?? '').split('.');
    if (service?.startsWith('DynamoDB')) actions.push(action!);
  };
  subscribe('http.client.request.start', onRequest);

  async function metered<T>(work: () => Promise<T>): Promise<Work & { readonly answer: T }> {
    tap.clear();
    actions.length = 0;
    at.venues.requests.clear();
    const answer = await work();
    return {
      answer,
      statements: tap.statements.map(nameOf),
      table: [...actions],
      copied: tap.copied,
      venues: at.venues.requests.all().map(({ line }) => line),
    };
  }

  let turn: Promise<unknown> = Promise.resolve();
  let calls: Call[] = [];
  let ended = Promise.withResolvers<void>();
  const call = async (handler: string, event: unknown, invoke: Parameters<Around>[2]): Promise<Call> => ({
    handler,
    again: () => call(handler, event, invoke),
    ...(await metered(() => invoke(event))),
  });
  const around: Around = async (handler, event, invoke) => {
    const mine = turn.then(() => call(handler, event, invoke));
    // What one call throws is its own; the next one runs all the same.
    turn = mine.catch(() => undefined);
    const done = await mine;
    calls.push(done);
    if (handler === 'finalize-job' || handler === 'fail-job') ended.resolve();
    return done.answer;
  };
  const at = await startTestHost(
    { clock: () => NOON },
    () => NOON,
    ({ databaseUrl }) => ({
      databaseUrl: tap.url(databaseUrl),
      // What is counted is what DynamoDB would bill.
      env: { AWS_ENDPOINT_URL_DYNAMODB: jobTable.url },
      rehearsal: { around, ...REAL_TABLE },
    }),
  );

  return {
    ...at,
    async run(order) {
      calls = [];
      ended = Promise.withResolvers();
      // The state machine starts within the request; its functions wait until the request's own work is counted.
      const gate = Promise.withResolvers<void>();
      turn = gate.promise;
      const ordering = await metered(() => at.order(order));
      gate.resolve();
      await ended.promise;
      return { ordering, calls, job: await at.wait(ordering.answer.id) };
    },
    async [Symbol.asyncDispose]() {
      unsubscribe('http.client.request.start', onRequest);
      await at[Symbol.asyncDispose]();
      await Promise.all([tap.close(), jobTable.close()]);
    },
  };
}
