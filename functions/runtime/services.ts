import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { AggregateStore } from '../core/aggregates/aggregates.ts';
import type { FetchPorts } from '../core/jobs/fetch-chunk.ts';
import type { Leases } from '../core/jobs/lease.ts';
import type { PurgingCatalog, SeriesStore } from '../core/ledger/ports.ts';
import type { InstrumentPorts } from '../core/listing/watch-instruments.ts';
import type { WatchLivesPorts } from '../core/listing/watch-lives.ts';
import type { CreatePorts } from '../core/orders/create-job.ts';
import type { CoverageQueries, ScheduleRuns } from '../core/queries/ports.ts';
import type { WatchPorts } from '../core/schedules/watch-archives.ts';
import type { HistoryPorts } from '../core/schedules/watch-histories.ts';
import type { LabelBook } from '../core/series/labels.ts';
import type { Sources } from '../core/series/source.ts';
import { type Clock, MINUTE } from '../core/time/time.ts';
import type { VerifyPorts } from '../core/verify/verify-period.ts';
import type { Events } from '../core/workflow/events.ts';
import { universes } from '../sources/binance/universes.ts';
import { bybitLinear } from '../sources/bybit/roster.ts';
import { sources } from '../sources/index.ts';
import { createAggregateStore } from '../stores/aggregates/aggregates.ts';
import { documentClient } from '../stores/dynamodb/dynamo.ts';
import { createJobStore } from '../stores/dynamodb/job-store.ts';
import { createLeases } from '../stores/dynamodb/leases.ts';
import { createRateBudget } from '../stores/dynamodb/rate-budget.ts';
import { createRateWatch, type RateWatch } from '../stores/dynamodb/rate-watch.ts';
import { createScheduleRuns } from '../stores/dynamodb/runs.ts';
import { createLabelBook } from '../stores/ledger/labels/label-book.ts';
import { createLivesDue } from '../stores/ledger/lives.ts';
import { createSeriesCatalog } from '../stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../stores/ledger/series-store.ts';
import { type ConnectOptions, connect, type Sql } from '../stores/postgres/postgres.ts';
import { createCoverageQueries } from '../stores/queries/coverage-queries.ts';
import { createStoredRows, sha256 } from '../stores/queries/stored-rows.ts';
import { createArchiveWatch } from '../stores/watch/archive-watch.ts';
import { createHistoryWatch } from '../stores/watch/history-watch.ts';
import { createInstruments } from '../stores/watch/instruments.ts';
import { awsConfig } from './aws-config.ts';
import { type Env, readEnv, required } from './env.ts';
import { createEvents, noEvents } from './events.ts';
import { withKeys, withSecrets } from './secrets.ts';
import { createArchiveReader } from './venues/archive-reader.ts';
import type { Patience } from './venues/read-answer.ts';
import { createVenueClient } from './venues/venue-client.ts';
import { createWorkflow } from './workflow.ts';

/** All that handlers work with. Made once for each process; nothing connects before it is used. */
export interface Services
  extends CreatePorts,
    FetchPorts,
    VerifyPorts,
    WatchPorts,
    HistoryPorts,
    InstrumentPorts,
    WatchLivesPorts {
  readonly store: SeriesStore;
  readonly catalog: PurgingCatalog;
  readonly labels: LabelBook;
  /** reads only, as the database's role has it */
  readonly queries: CoverageQueries;
  readonly rates: RateWatch;
  /** turns at scheduled work */
  readonly leases: Leases;
  readonly events: Events;
  /** absent where this process has no job table */
  readonly runs?: ScheduleRuns;
  readonly aggregates: AggregateStore;
  /** how often the host looks for gaps */
  readonly auditEveryMs: number;
  /** true when the venues are simulated */
  readonly simulated: boolean;
  /** @throws GordonError `bad-environment` where this process has no database */
  databaseUrl(): string;
  /** of the login that is to own the aggregates; undefined: the one that migrates */
  readonly aggregatesUrl: string | undefined;
  pingDatabase(): Promise<void>;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly clock?: Clock;
  /** most connections to the database; a Lambda works on one thing at a time */
  readonly connections?: number;
  /** with the venues */
  readonly patience?: Patience;
  /** waits between two requests to a venue, ms; a timer of this process by default */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export async function createServices(
  environment: NodeJS.ProcessEnv,
  { clock = Date.now, connections = 2, patience, sleep }: ServiceOptions = {},
): Promise<Services> {
  const keys = Object.values(sources).flatMap(({ key }) => (key ? [key.env] : []));
  const variables = withKeys(await withSecrets(environment), keys);
  const env = readEnv(variables);
  const sql = databaseOf(env, { role: 'gordon_writer', max: connections });
  const reader = databaseOf(env, {
    role: 'gordon_reader',
    max: connections,
    application: 'gordon-data looks',
  });
  const owner = databaseOf(
    { ...env, GORDON_DATABASE_URL: env.GORDON_AGGREGATES_URL ?? env.GORDON_DATABASE_URL },
    { max: 1, application: 'gordon-data aggregates' },
  );
  const client = documentClient(awsConfig(variables, 'DYNAMODB'));
  const table = { client, table: env.GORDON_JOB_TABLE, clock };
  const limits = { ...table, egress: env.GORDON_EGRESS };
  const waits = sleep && { sleep };
  const budget = createRateBudget({ ...limits, ...waits });
  const venue = createVenueClient({ budget, env: variables, clock, ...waits, ...(patience && { patience }) });
  const ledger = { tables: (id: string) => (sources as Sources)[id]!.table, clock };
  return {
    hasKey: (name) => Boolean(variables[name]),
    clock,
    sources,
    venue,
    simulated: env.GORDON_SIMULATED === '1',
    auditEveryMs: env.GORDON_AUDIT_MINUTES * MINUTE,
    archive: createArchiveReader(venue),
    store: createSeriesStore(sql, ledger),
    catalog: createSeriesCatalog(sql, ledger),
    queries: createCoverageQueries(reader),
    stored: createStoredRows(reader, ledger.tables),
    sha256,
    watch: createArchiveWatch(sql, ledger),
    histories: createHistoryWatch(sql, ledger),
    labels: createLabelBook(sql, clock),
    instruments: createInstruments(sql, clock),
    universes,
    rosters: [...universes, bybitLinear],
    livesDue: createLivesDue(sql),
    rates: createRateWatch(limits),
    events: env.GORDON_EVENT_BUS
      ? createEvents(env.GORDON_EVENT_BUS, new EventBridgeClient(awsConfig(variables, 'EVENTBRIDGE')))
      : noEvents,
    ...(variables.GORDON_JOB_TABLE && { runs: createScheduleRuns(table) }),
    aggregates: createAggregateStore({ sql, owner, clock }),
    jobs: createJobStore(table),
    leases: createLeases(table),
    workflow: {
      // Only those that start executions know the state machine; the others must not need it.
      start: (id) =>
        createWorkflow(
          required(env, 'GORDON_STATE_MACHINE_ARN'),
          new SFNClient(awsConfig(variables, 'SFN')),
        ).start(id),
    },
    databaseUrl: () => required(env, 'GORDON_DATABASE_URL'),
    aggregatesUrl: env.GORDON_AGGREGATES_URL,
    pingDatabase: async () => {
      await sql`select 1 from market_data.series limit 1`;
    },
    close: async () => {
      if (env.GORDON_DATABASE_URL)
        await Promise.all([sql, reader, owner].map((pool) => pool.end({ timeout: 5 })));
      client.destroy();
    },
  };
}

let shared: Promise<Services> | undefined;

/** The services of this process, from its environment. */
export const servicesFromEnv = (): Promise<Services> => {
  shared ??= createServices(process.env).catch((error: unknown) => {
    // A secret that could not be read must be tried again by the next invocation.
    shared = undefined;
    throw error;
  });
  return shared;
};

/** A function that has no business with the database gets no URL; should it ask all the same, it hears what is missing. */
function databaseOf(env: Env, options: ConnectOptions): Sql {
  if (env.GORDON_DATABASE_URL) return connect(env.GORDON_DATABASE_URL, options);
  const refuse = (): never => required(env, 'GORDON_DATABASE_URL') as never;
  return new Proxy(refuse, { get: refuse }) as unknown as Sql;
}
