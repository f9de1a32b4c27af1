import { setTimeout as wait } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { VenuePorts } from '../core/fetch/fetch-context.ts';
import type { Workflow } from '../core/jobs/ports.ts';
import type { DatedMarket } from '../core/listing/dated/market.ts';
import type { SymbolPorts } from '../core/orders/check-symbols.ts';
import type { Spool } from '../core/queries/export/spool.ts';
import type { Disk } from '../core/queries/status/history.ts';
import type { Sources } from '../core/series/source.ts';
import { type Clock, MINUTE } from '../core/time/time.ts';
import type { Sha256 } from '../core/verify/ports.ts';
import type { Events } from '../core/workflow/events.ts';
import { binanceDated } from '../sources/binance/dated-markets.ts';
import { universes } from '../sources/binance/universes.ts';
import { bybitDated } from '../sources/bybit/dated-market.ts';
import { bybitLinear, bybitSpot } from '../sources/bybit/roster.ts';
import { hyperliquidRosters } from '../sources/hyperliquid/markets.ts';
import { sources } from '../sources/index.ts';
import { okxRosters } from '../sources/okx/instruments.ts';
import { sha256 } from '../stores/files/sha256.ts';
import { createSpool } from '../stores/files/spool.ts';
import { type Logins, loginsIn, UNFILLED } from '../stores/postgres/roles/logins.ts';
import { awsConfig } from './aws-config.ts';
import { type Env, readEnv, required } from './env.ts';
import { createEvents, noEvents } from './events.ts';
import type { ExportTo } from './exports/export-to.ts';
import { rootLogger } from './log.ts';
import { countedEvents, venueCounter } from './metrics/counters.ts';
import { Telemetry } from './metrics/telemetry.ts';
import { type DatabasePorts, databasePorts } from './ports/database-ports.ts';
import { createJobFeed, type JobFeed, noticed } from './ports/job-feed.ts';
import { type JobTablePorts, jobTablePorts, type OpenJobTable } from './ports/job-table-ports.ts';
import { lazy, type Makers, once } from './ports/lazy.ts';
import type { FileBucket } from './prepared/file-bucket.ts';
import { fillSecrets } from './secrets/fill-secrets.ts';
import { type ReadSecret, rereads, withKeys, withSecrets } from './secrets/secrets.ts';
import { createArchiveReader } from './venues/archive-reader.ts';
import { clockWatch } from './venues/clock-watch.ts';
import type { Variables } from './venues/hosts.ts';
import type { Patience } from './venues/read-answer.ts';
import { createVenueClient } from './venues/venue-client.ts';
import { createWorkflow } from './workflow.ts';

/**
 * All ports that there are. A handler names those that it uses, by the type of its argument. Each is made when it is first read,
 * and kept for as long as the process lives; nothing connects before it is used.
 */
export interface Services
  extends DatabasePorts,
    JobTablePorts,
    VenuePorts,
    Required<Pick<SymbolPorts, 'universes' | 'rosters'>> {
  readonly sources: Sources;
  /** markets whose symbols are kept with all their lives */
  readonly datedMarkets: readonly DatedMarket[];
  /** whether the key that a source needs is set */
  readonly hasKey: (env: string) => boolean;
  readonly sha256: () => Sha256;
  readonly spool: Spool;
  /** where files lie that are too large for an answer; undefined: this process streams, or refuses them */
  readonly fileBucket: FileBucket | undefined;
  readonly workflow: Workflow;
  /** changes of jobs, for who listens to a host */
  readonly jobFeed: JobFeed;
  /** counts of this process */
  readonly telemetry: Telemetry;
  readonly events: Events;
  /** the tree that the operator named, and the key that signs it */
  readonly exportTo: ExportTo;
  /** the disk that holds the database; undefined: it lies elsewhere */
  readonly disk: (() => Promise<Disk>) | undefined;
  /** whether this machine runs a schedule; undefined: something else does, as EventBridge */
  readonly isScheduled: ((schedule: { readonly derives?: boolean }) => boolean) | undefined;
  /** how often the host audits for gaps */
  readonly auditEveryMs: number;
  /** the logins that work beside the one that migrates; those that the stack manages get their URLs here */
  readonly logins: () => Promise<Logins>;
  /** whether a login of these services has not been made yet */
  readonly unfilled: boolean;
  /** true when the venues are simulated */
  readonly simulated: boolean;
  readonly close: () => Promise<void>;
}

/** The ports that a handler uses, by their names. */
export type Uses<Name extends keyof Services> = Pick<Services, Name>;

export interface ServiceOptions {
  readonly clock?: Clock;
  /** most connections to the database; a Lambda works on one thing at a time */
  readonly connections?: number;
  /** with the venues */
  readonly patience?: Patience;
  /** waits between two requests to a venue, ms; a timer of this process by default */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** whether this machine runs a schedule of the manifest; absent: something else does */
  readonly isScheduled?: (schedule: { readonly derives?: boolean }) => boolean;
  /** measures the disk that holds the database; absent: it lies elsewhere */
  readonly disk?: () => Promise<Disk>;
  /** stands in for Secrets Manager */
  readonly readSecret?: ReadSecret;
  /** stands in for the table in DynamoDB */
  readonly jobTable?: OpenJobTable;
  /** wraps what publishes events */
  readonly events?: (inner: Events) => Events;
}

/**
 * All ports of the functions, by the environment. Each is made at its first use, so a function opens what it uses alone.
 * @throws GordonError for a variable that is missing or malformed
 */
export async function createServices(
  environment: NodeJS.ProcessEnv,
  {
    clock = Date.now,
    connections = 2,
    patience,
    sleep,
    readSecret,
    jobTable: standIn,
    events,
    disk,
    isScheduled,
  }: ServiceOptions = {},
): Promise<Services> {
  const keys = Object.values(sources).flatMap(({ key }) => (key ? [key.env] : []));
  const variables = withKeys(await withSecrets(environment, readSecret), keys);
  const env = readEnv(variables);
  const database = databasePorts(env, {
    clock,
    sources,
    connections,
    renew: rereads(environment, readSecret),
  });
  const jobTable =
    standIn?.({ clock, sleep: sleep ?? wait }) ?? jobTablePorts(env, variables, { clock, sleep });
  const jobs = once(() => noticed(jobTable.makers.jobs(), () => jobFeed.written()));
  const jobFeed = createJobFeed({ jobs });
  const telemetry = new Telemetry();
  const aws = awsMakers(env, variables);
  const published = once(() => countedEvents(events?.(aws.events()) ?? aws.events(), telemetry, clock));
  const venue = once(() =>
    createVenueClient({
      budget: jobTable.budget(),
      env: variables,
      clock,
      clockRead: clockWatch({
        checks: jobTable.makers.clockChecks,
        warn: (message) => rootLogger.warn(message),
      }),
      counted: venueCounter(telemetry, published, jobTable.makers.venueErrors),
      ...(sleep && { sleep }),
      ...(patience && { patience }),
    }),
  );
  return lazy<Services>({
    ...database.makers,
    ...jobTable.makers,
    ...aws,
    jobs,
    jobFeed: () => jobFeed,
    events: published,
    telemetry: () => telemetry,
    venue,
    archive: () => createArchiveReader(venue()),
    clock: () => clock,
    sources: () => sources,
    universes: () => universes,
    rosters: () => [...universes, bybitLinear, bybitSpot, ...okxRosters, ...hyperliquidRosters],
    datedMarkets: () => [...binanceDated, bybitDated],
    hasKey: () => (name) => Boolean(variables[name]),
    sha256: () => sha256,
    spool: () => createSpool({ folder: env.GORDON_SPOOL, maxBytes: env.GORDON_SPOOL_MB * 1_000_000, clock }),
    fileBucket: () => fileBucketOf(env, variables, sleep ?? wait),
    exportTo: () => ({ place: env.GORDON_EXPORT_TO, key: env.GORDON_EXPORT_KEY, variables }),
    disk: () => disk,
    isScheduled: () => isScheduled,
    auditEveryMs: () => env.GORDON_AUDIT_MINUTES * MINUTE,
    logins: () => async () => ({
      ...loginsIn(variables),
      ...(await fillSecrets(variables, required(env, 'GORDON_DATABASE_URL'))),
    }),
    unfilled: () => Object.values(variables).includes(UNFILLED),
    simulated: () => env.GORDON_SIMULATED === '1',
    close: () => async () => {
      jobFeed.close();
      await database.close();
      jobTable.close();
    },
  });
}

const awsMakers = (env: Env, variables: Variables): Makers<Pick<Services, 'workflow' | 'events'>> => ({
  workflow: () => {
    // Only those that start executions or look them up know the state machine; the others must not need it.
    let opened: Workflow | undefined;
    const open = (): Workflow => {
      const arn = required(env, 'GORDON_STATE_MACHINE_ARN');
      opened ??= createWorkflow(arn, new SFNClient(awsConfig(variables, 'SFN')));
      return opened;
    };
    return { start: async (id) => open().start(id), describe: async (id) => open().describe(id) };
  },
  events: () =>
    env.GORDON_EVENT_BUS
      ? createEvents(env.GORDON_EVENT_BUS, new EventBridgeClient(awsConfig(variables, 'EVENTBRIDGE')))
      : noEvents,
});

const fileBucketOf = (
  { GORDON_FILE_BUCKET: bucket, GORDON_FILE_MAKER: maker }: Env,
  variables: Variables,
  sleep: FileBucket['sleep'],
): FileBucket | undefined => (bucket ? { bucket, maker, variables, sleep } : undefined);

let shared: Promise<Services> | undefined;

/** The services of this process, from its environment. */
export const servicesFromEnv = (): Promise<Services> => {
  shared ??= createServices(process.env)
    .then((services) => {
      // The migration may have filled it by the next invocation.
      if (services.unfilled) shared = undefined;
      return services;
    })
    .catch((error: unknown) => {
      // A secret that could not be read must be tried again by the next invocation.
      shared = undefined;
      throw error;
    });
  return shared;
};
