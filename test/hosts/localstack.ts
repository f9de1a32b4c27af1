import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AwsClient } from 'aws4fetch';
import { freePort } from '../../host/os/ports.ts';
import { isAlive } from '../../host/os/processes.ts';
import { startVenuesProcess } from '../../host/venues-process.ts';
import { ACCOUNT, bootstrap, deploy, simulated, synthesize } from '../../localstack/deploy.ts';
import { type Installation, install } from '../../localstack/install.ts';
import { startServer, stopServer } from '../../localstack/server.ts';
import { HOME } from '../../localstack/state.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import type { HostFacts } from './host-under-test.ts';
import { createRotatingLogins, type LoginVariable } from './rotating-logins.ts';

const {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = ACCOUNT;

export const installLocalStack = (say: (line: string) => void): Promise<Installation> =>
  install(join(HOME, 'install'), say);

/** Starts a LocalStack for this test only and deploys the stack on it. */
export async function startLocalStackHost(say: (line: string) => void): Promise<HostFacts> {
  const clock = stopwatch(say);
  const installation = await clock('install', installLocalStack(say));
  const stops: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const folder = await ownFolder();
    stops.push(() => tidy(folder));
    const database = await createTestDatabase();
    stops.push(() => database[Symbol.asyncDispose]());
    const venues = await startVenuesProcess({ cacheDir: join(HOME, 'venues'), seed: 1 });
    stops.push(() => venues.close());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const target = { url, folder: join(folder, 'cdk') };
    stops.push(() => stopServerOf(folder));
    await clock('start', startServer({ installation, folder, port }));
    const { logins, options } = await rotatingLogins(url, database);
    stops.push(() => logins.drop());
    const [assembly] = await Promise.all([
      clock('synth', synthesize(target.folder, { ...simulated(venues.env), ...options })),
      clock('bootstrap', bootstrap(target)),
    ]);
    const { apiUrl, stateMachineArn } = await clock('deploy', deploy(target, assembly, database.url));
    const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 'execute-api' });
    const stepFunctions = new SFNClient({
      endpoint: url,
      region,
      credentials: { accessKeyId, secretAccessKey },
    });
    stops.push(async () => stepFunctions.destroy());
    return {
      fetch: (path, init) => aws.fetch(`${apiUrl}${path}`, init),
      stepFunctions,
      stateMachineArn,
      sql: database.connect(),
      logins,
      close,
      venuesUrl: venues.url,
      simulated: true,
      pollMs: 400,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Secrets of the operator with a writer and a reader, and the options of the stack that name them. */
async function rotatingLogins(endpoint: string, database: TestDatabase) {
  const secrets = new SecretsManagerClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  const arns = new Map<LoginVariable, string>();
  const logins = await createRotatingLogins(
    database.connect({ max: 1 }),
    database.url,
    async (variable, url) => {
      const arn = arns.get(variable);
      if (arn) {
        await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: url }));
        return;
      }
      const created = await secrets.send(new CreateSecretCommand({ Name: variable, SecretString: url }));
      arns.set(variable, created.ARN!);
    },
  );
  const options = {
    writerSecret: arns.get('GORDON_WRITER_URL')!,
    readerSecret: arns.get('GORDON_READER_URL')!,
  };
  return { logins, options };
}

const PREFIX = 'test-';
const OWNER = 'owner.pid';

/** A folder for this run. Stops and removes what killed runs left behind. */
async function ownFolder(): Promise<string> {
  for (const name of readdirSync(HOME).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(HOME, name);
    const owner = join(folder, OWNER);
    if (!existsSync(owner) || isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    await stopServerOf(folder);
    rmSync(folder, { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(HOME, PREFIX));
  writeFileSync(join(folder, OWNER), String(process.pid));
  return folder;
}

/** Ends the LocalStack that was started in this folder, if it runs: a run that was killed could not. */
async function stopServerOf(folder: string): Promise<void> {
  const file = join(folder, 'server.pid');
  if (existsSync(file)) await stopServer(Number(readFileSync(file, 'utf8')));
}

/** Keeps the log, for failed tests. */
async function tidy(folder: string): Promise<void> {
  const log = join(folder, 'localstack.log');
  if (existsSync(log)) copyFileSync(log, join(HOME, 'test.log'));
  rmSync(folder, { recursive: true, force: true });
}

function stopwatch(say: (line: string) => void) {
  return async <T>(what: string, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const done = await work;
    say(`LocalStack: ${what} took ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return done;
  };
}
