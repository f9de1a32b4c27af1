import './untraced.ts';
import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../functions/core/errors/errors.ts';
import { type Clock, MINUTE } from '../functions/core/time/time.ts';
import { optionalFunctions } from '../functions/manifest.ts';
import { rootLogger } from '../functions/runtime/log.ts';
import type { OpenJobTable } from '../functions/runtime/ports/job-table-ports.ts';
import { problem, problemAnswer } from '../functions/runtime/problem.ts';
import { createServices, type Services } from '../functions/runtime/services.ts';
import type { Patience } from '../functions/runtime/venues/read-answer.ts';
import { loginsIn, variablesOf } from '../functions/stores/postgres/roles/logins.ts';
import { type Database, openDatabase } from './database/database.ts';
import { loadFunctions } from './functions.ts';
import { type ApiServer, startApiServer } from './http/api-server.ts';
import type { ListenSettings } from './http/listen-settings.ts';
import { startPublicServer } from './http/public-server.ts';
import { announceLastEnds, resumeJobs } from './jobs/after-restart.ts';
import { carryOver, jobFile } from './jobs/job-file.ts';
import { JOB_TABLE, LOCAL_AWS } from './local-aws.ts';
import { portInUse } from './ports.ts';
import { isOn, type Schedules, startScheduler } from './scheduler.ts';
import { type Invoke, startStepFunctions } from './step-functions.ts';
import { keepAll, type Part, untilGone } from './supervisor/part.ts';
import type { PartState } from './supervisor/part-state.ts';
import { startVenuesProcess, type VenuesProcess } from './venues-process.ts';
import { startWebhooks } from './webhooks/index.ts';

export interface HostOptions {
  /** where database, job table and the simulator's cache are kept */
  readonly folder: string;
  /** 0: any free one */
  readonly ports: { readonly jobs: number; readonly candles: number; readonly database: number };
  /** where the API is also served, for who knows its token */
  readonly listen?: ListenSettings | undefined;
  /** serve simulated venues and label everything as such */
  readonly simulated: boolean;
  /** absent: a PostgreSQL server of the host's own */
  readonly databaseUrl?: string | undefined;
  /** true: this host made that database, so its reader gets the usual login */
  readonly databaseIsOurs?: boolean;
  /** variables for the functions, such as hosts of venues; stronger than what the host sets */
  readonly env?: NodeJS.ProcessEnv;
  /** which of the manifest's schedules run; none by default */
  readonly schedules?: Schedules;
  readonly clock?: Clock;
  /** false: nothing is kept and the disk is not waited for */
  readonly durable?: boolean;
  /** learns that a process of this host ended, and when it was started again */
  readonly noted?: (part: HostPart, state: PartState) => void;
  readonly rehearsal?: Rehearsal;
}

/** The processes that a host starts and keeps running. */
export type HostPart = 'database' | 'simulator';

/** Settings for fault tests. An operator never needs them. */
export interface Rehearsal {
  /** wraps each call of a function by the state machine: to delay it, call it twice or run it elsewhere */
  readonly around?: Around;
  /** pause before each attempt of a Retry, instead of the definition's; ms */
  readonly retryMs?: number;
  /** with the venues */
  readonly patience?: Patience;
  /** waits between two requests to a venue, ms; one that moves `clock` instead costs no time */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** stands in for the job table, which is not started then; it must outlive the host to be found by the next one */
  readonly jobTable?: OpenJobTable | undefined;
  /** the most connections to the database by each login; 10 by default */
  readonly connections?: number;
  /** from run to run of a schedule that the manifest counts in minutes */
  readonly everySeconds?: number;
}

/** Calls a function or replaces the call. What it returns or throws is the function's answer. */
export type Around = (
  handler: string,
  event: unknown,
  invoke: (event: unknown) => Promise<unknown>,
) => Promise<unknown>;

export interface Host {
  readonly ports: { readonly jobs: number; readonly candles: number };
  /** of the user that migrates; holds a password, so it is not a log line */
  readonly databaseUrl: string;
  /** of the login that only reads; absent where the user brought the database */
  readonly readerUrl?: string;
  /** base of the simulated venues; absent where the venues are real */
  readonly simulatorUrl?: string;
  readonly services: Services;
  /** environment of the functions, for one that runs in a process of its own */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

const SEED = 1;

/**
 * The whole program in one process: database, job table, state machine, both API ports, schedules. Jobs that were at
 * work when the last host ended are started again, and rows that they wrote are not fetched twice.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const stops: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return await assemble(options, stops, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** What a request gets that comes while database, simulator and functions are on their way. */
const STARTING = problem('host-starting', 'The host has its port and is starting.');

async function assemble(
  options: HostOptions,
  stops: (() => Promise<void> | void)[],
  stopAll: () => Promise<void>,
): Promise<Host> {
  const durable = options.durable ?? true;
  const started = async <T extends { close(): Promise<void> }>(thing: Promise<T>): Promise<T> => {
    const it = await thing;
    stops.push(() => it.close());
    return it;
  };
  // The ports come first: they show that another host runs before anything is changed.
  let call: Parameters<typeof startApiServer>[1] = async () => problemAnswer(STARTING);
  const servers: ApiServer[] = [];
  for (const name of ['jobs', 'candles'] as const) {
    const port = options.ports[name];
    const server = startApiServer(port, (handler, event, gone) => call(handler, event, gone));
    servers.push(await started(server.catch((error) => refused(error, port, name))));
  }
  const [database, venues] = await Promise.all([
    started(
      openDatabase({
        url: options.databaseUrl,
        ours: options.databaseIsOurs ?? false,
        dataDir: join(options.folder, 'postgres'),
        port: options.ports.database,
        simulated: options.simulated,
        durable,
        logins: loginsIn(options.env ?? {}),
      }),
    ),
    options.simulated
      ? started(startVenuesProcess({ cacheDir: join(options.folder, 'venues'), seed: SEED }))
      : undefined,
  ]);
  stops.push(keepAll(partsOf(options, database, venues)));
  let services: Services | undefined;
  // A host needs none of the others: it streams.
  const also = optionalFunctions.filter(
    ({ optional }) => optional === 'exports' && options.env?.GORDON_EXPORT_TO,
  );
  const loaded = await loadFunctions(async () => services!, also);
  const { around, retryMs, patience, sleep, connections = 10 } = options.rehearsal ?? {};
  const jobTable = await chooseJobTable(options);
  const webhooks = startWebhooks(
    options.env ?? {},
    durable ? join(options.folder, 'webhooks.db') : ':memory:',
    {
      clock: options.clock ?? Date.now,
      warn: (message) => rootLogger.warn(message),
    },
  );
  if (webhooks) stops.push(() => webhooks.close());
  const invoke: Invoke = around
    ? (handler, event) => around(handler, event, (given) => loaded.invoke(handler, given))
    : loaded.invoke;
  const engine = await started(startStepFunctions(invoke, retryMs));
  const env = {
    ...LOCAL_AWS,
    ...venues?.env,
    GORDON_DATABASE_URL: database.url,
    ...variablesOf(database.logins),
    GORDON_JOB_TABLE: JOB_TABLE,
    GORDON_SPOOL: join(options.folder, 'spool'),
    GORDON_STATE_MACHINE_ARN: engine.stateMachineArn,
    GORDON_SIMULATED: options.simulated ? '1' : '0',
    AWS_ENDPOINT_URL_SFN: engine.url,
    ...options.env,
  };
  services = await started(
    createServices(env, {
      connections,
      ...(options.clock && { clock: options.clock }),
      ...(patience && { patience }),
      ...(sleep && { sleep }),
      ...(jobTable && { jobTable }),
      ...(webhooks && { events: webhooks.events }),
      isScheduled: (schedule) => isOn(options.schedules, schedule),
      // The database of the operator may lie on another machine.
      ...(!options.databaseUrl && { disk: () => diskOf(options.folder) }),
    }),
  );
  await resumeJobs(services);
  if (webhooks) await announceLastEnds(services);
  call = loaded.call;
  if (options.listen) await started(startPublicServer(options.listen, call));
  if (options.schedules) {
    const failed = (name: string, error: unknown) =>
      rootLogger.error(`schedule ${name}: ${describeError(error)}`);
    const { everySeconds } = options.rehearsal ?? {};
    const scheduler = startScheduler({
      which: options.schedules,
      also,
      invoke: loaded.invoke,
      failed,
      between: everySeconds,
      minutes: { 'audit-gaps': services.auditEveryMs / MINUTE },
      minutesSince: (name) => minutesSince(services, name),
    });
    stops.push(() => scheduler.stop());
  }
  return {
    ports: { jobs: servers[0]!.port, candles: servers[1]!.port },
    databaseUrl: database.url,
    ...(database.logins.reader && { readerUrl: database.logins.reader }),
    ...(venues && { simulatorUrl: venues.url }),
    services,
    env,
    close: stopAll,
  };
}

/** What is started again when it ends, without the host ending. */
function partsOf({ noted }: HostOptions, { server }: Database, venues: VenuesProcess | undefined): Part[] {
  const note = (name: HostPart) => (state: PartState) => {
    rootLogger.warn(
      `the ${name} ended: ${state.why}; ${state.nextAt ? 'it is started again' : 'it runs again'}`,
    );
    noted?.(name, state);
  };
  const database = server && {
    ended: async (signal: AbortSignal) => {
      await untilGone(() => server.isRunning(), signal);
      return 'its process is gone';
    },
    start: () => server.start(),
    note: note('database'),
  };
  const simulator = venues && {
    ended: (signal: AbortSignal) => venues.ended(signal),
    start: () => venues.start(),
    note: note('simulator'),
  };
  return [database, simulator].filter((part) => part !== undefined);
}

/** Where the host of this folder keeps its jobs. */
export const jobFileIn = (folder: string): string => join(folder, 'jobs.db');

/** @returns undefined where the environment names a DynamoDB */
async function chooseJobTable(options: HostOptions): Promise<OpenJobTable | undefined> {
  const { folder, durable = true, env = {}, rehearsal } = options;
  if (rehearsal?.jobTable) return rehearsal.jobTable;
  if (env.AWS_ENDPOINT_URL_DYNAMODB) return undefined;
  const egress = env.GORDON_EGRESS ?? 'default';
  if (!durable) return jobFile(':memory:', egress);
  mkdirSync(folder, { recursive: true });
  const items = await carryOver(join(folder, 'jobs'), jobFileIn(folder));
  if (items > 0) rootLogger.info(`the job table of the older version was carried over: ${items} items`);
  return jobFile(jobFileIn(folder), egress);
}

async function diskOf(folder: string): Promise<{ free: number; total: number }> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, total: blocks * bsize };
}

function refused(error: unknown, port: number, name: 'jobs' | 'candles'): never {
  throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? portInUse(port, name) : error;
}

async function minutesSince({ runs, clock }: Services, schedule: string): Promise<number | undefined> {
  const last = await runs?.last(schedule);
  return last && Math.abs(clock() - last.at) / MINUTE;
}
