import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { SeriesCatalog, SeriesStore, Sources } from '../core/ports.ts';
import type { CreatePorts } from '../core/run/create-job.ts';
import type { FetchPorts } from '../core/run/fetch-chunk.ts';
import type { Clock } from '../core/time.ts';
import { sources } from '../sources/index.ts';
import { documentClient } from '../stores/jobs/dynamo.ts';
import { createJobStore } from '../stores/jobs/job-store.ts';
import { connect } from '../stores/postgres.ts';
import { createRateBudget } from '../stores/rate-budget.ts';
import { createSeriesCatalog } from '../stores/series-catalog.ts';
import { createSeriesStore } from '../stores/series-store.ts';
import { createArchiveReader } from './archive-reader.ts';
import { type Env, readEnv, required } from './env.ts';
import { createVenueClient } from './venue-client.ts';
import { createWorkflow } from './workflow.ts';

/** All that handlers work with. Made once for each process; nothing connects before it is used. */
export interface Services extends CreatePorts, FetchPorts {
  readonly store: SeriesStore;
  readonly catalog: SeriesCatalog;
  /** true when the venues are simulated */
  readonly simulated: boolean;
  pingDatabase(): Promise<void>;
  close(): Promise<void>;
}

/** @param connections most connections to the database; a Lambda works on one thing at a time */
export async function createServices(
  variables: NodeJS.ProcessEnv,
  { clock = Date.now, connections = 2 }: { readonly clock?: Clock; readonly connections?: number } = {},
): Promise<Services> {
  const env = readEnv(variables);
  const sql = connect(await databaseUrl(env, variables), { role: 'gordon_writer', max: connections });
  const client = documentClient(awsConfig(variables, 'DYNAMODB'));
  const table = { client, table: env.GORDON_JOB_TABLE, clock };
  const budget = createRateBudget({ ...table, egress: env.GORDON_EGRESS });
  const venue = createVenueClient({ budget, env: variables, clock });
  const ledger = { tables: (id: string) => (sources as Sources)[id]!.table, clock };
  return {
    ...{ clock, sources, venue, simulated: env.GORDON_SIMULATED === '1' },
    archive: createArchiveReader(venue),
    store: createSeriesStore(sql, ledger),
    catalog: createSeriesCatalog(sql, ledger),
    jobs: createJobStore(table),
    workflow: {
      // Only those that start executions know the state machine; the others must not need it.
      start: (id) =>
        createWorkflow(
          required(env, 'GORDON_STATE_MACHINE_ARN'),
          new SFNClient(awsConfig(variables, 'SFN')),
        ).start(id),
    },
    pingDatabase: async () => {
      await sql`select 1 from market_data.series limit 1`;
    },
    close: async () => {
      await sql.end({ timeout: 5 });
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

async function databaseUrl(env: Env, variables: NodeJS.ProcessEnv): Promise<string> {
  if (env.GORDON_DATABASE_URL) return env.GORDON_DATABASE_URL;
  const client = new SecretsManagerClient(awsConfig(variables, 'SECRETS_MANAGER'));
  const SecretId = required(env, 'GORDON_DATABASE_SECRET_ARN');
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  return SecretString ?? required(env, 'GORDON_DATABASE_URL');
}

/** What the SDK would read from `process.env`, read from any environment: several hosts may live in one process. */
function awsConfig(env: NodeJS.ProcessEnv, service: string) {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`];
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const local = endpoint !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    // With a real AWS the SDK finds the role's credentials, which come with a session token and expire.
    ...(local && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
