import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { startHost } from '../../host/host.ts';
import { startVenues } from '../../simulator/index.ts';
import { createTestDatabase } from '../helpers/database.ts';
import { type PgBouncer, pgbouncerAbsent, startPgBouncer } from '../helpers/pgbouncer.ts';
import { startSecretsManager } from '../helpers/secrets-manager.ts';
import { type StatementRecorder, startStatementRecorder } from '../helpers/statement-recorder.ts';
import { conformance } from './conformance.ts';
import type { HostFacts } from './host-under-test.ts';
import { createRotatingLogins } from './rotating-logins.ts';

conformance('the embedded host', { start, startMs: 180_000, testMs: 120_000, refreshMs: 120_000 });

/** So far beyond the months of the suite that their files are published: what the schedule refreshes is days, not years. */
const BEGIN = Date.UTC(2025, 2, 20);

async function start(): Promise<HostFacts> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-conformance-'));
  const database = await createTestDatabase();
  const ahead = BEGIN - Date.now();
  const clock = () => Date.now() + ahead;
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues'), clock });
  const admin = database.connect({ max: 1 });
  const secrets = await startSecretsManager();
  const arnOf = (variable: string): string =>
    `arn:aws:secretsmanager:us-east-1:000000000000:secret:${variable}-AbCdEf`;
  let way: Way | undefined;
  const logins = await createRotatingLogins(admin, database.url, async (variable, url) => {
    await way?.pooler?.learn(Object.values(logins.urls));
    secrets.texts.set(arnOf(variable), way ? way.url(url) : url);
  });
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    databaseUrl: database.url,
    simulated: false,
    durable: false,
    env: {
      ...venues.env,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      GORDON_WRITER_URL_SECRET_ARN: arnOf('GORDON_WRITER_URL'),
      GORDON_READER_URL_SECRET_ARN: arnOf('GORDON_READER_URL'),
    },
    clock,
    schedules: 'all',
    rehearsal: { everySeconds: 5, retryMs: 200 },
  });
  const { AWS_ENDPOINT_URL_SFN, AWS_REGION, GORDON_STATE_MACHINE_ARN } = host.env as Record<string, string>;
  const stepFunctions = new SFNClient({
    endpoint: AWS_ENDPOINT_URL_SFN!,
    region: AWS_REGION!,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    fetch: (path, init) => fetch(`http://127.0.0.1:${host.ports.jobs}${path}`, init),
    stepFunctions,
    stateMachineArn: GORDON_STATE_MACHINE_ARN!,
    sql: database.connect(),
    venuesUrl: venues.url,
    logins,
    async throughPooler() {
      way = await startWay(logins.urls);
      await logins.rotate();
      return {
        statements: () => way!.recorder.statements,
        faults: () => [...way!.recorder.faults],
        async leave() {
          const left = way!;
          way = undefined;
          await logins.rotate();
          await left[Symbol.asyncDispose]();
        },
      };
    },
    simulated: false,
    clock,
    pollMs: 150,
    async close() {
      stepFunctions.destroy();
      await host.close();
      await way?.[Symbol.asyncDispose]();
      await secrets.close();
      await venues.close();
      await logins.drop();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** To the database by PgBouncer, where it is installed; what goes there is noted in any case. */
interface Way extends AsyncDisposable {
  readonly recorder: StatementRecorder;
  readonly pooler: PgBouncer | undefined;
  url(direct: string): string;
}

async function startWay(urls: Readonly<Record<string, string>>): Promise<Way> {
  const [direct] = Object.values(urls) as [string];
  const pooler = pgbouncerAbsent ? undefined : await startPgBouncer('transaction', Object.values(urls));
  if (pgbouncerAbsent) console.log(`${pgbouncerAbsent}: its place is taken by the database itself`);
  const { hostname: host, port } = new URL(direct);
  const recorder = await startStatementRecorder({ host, port: pooler?.port ?? Number(port) });
  return {
    recorder,
    pooler,
    url: (url) => `${Object.assign(new URL(url), { port: String(recorder.port) }).href}?pooler=transaction`,
    async [Symbol.asyncDispose]() {
      await recorder[Symbol.asyncDispose]();
      await pooler?.[Symbol.asyncDispose]();
    },
  };
}
