import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AwsClient } from 'aws4fetch';
import { freePort } from '../../localstack/embedded/cluster/port.ts';
import { startVenuesProcess } from '../../localstack/embedded/venues-process.ts';
import { ACCOUNT, bootstrap, deploy, simulated, synthesize } from '../../localstack/host-mode/deploy.ts';
import { type Installation, install } from '../../localstack/host-mode/install.ts';
import { startServer, stopServer } from '../../localstack/host-mode/server.ts';
import { HOME } from '../../localstack/host-mode/state.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { HostFacts } from './host-under-test.ts';

const {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = ACCOUNT;

export const installLocalStack = (say: (line: string) => void): Promise<Installation> =>
  install(join(HOME, 'install'), say);

/** A LocalStack of the test's own with the stack deployed on it, whatever else runs on this machine. */
export async function startLocalStackHost(say: (line: string) => void): Promise<HostFacts> {
  const clock = stopwatch(say);
  const installation = await clock('install', installLocalStack(say));
  const stops: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    // Left behind: its log is what there is to look at when a test failed.
    const folder = join(HOME, 'test');
    rmSync(folder, { recursive: true, force: true });
    const database = await createTestDatabase();
    stops.push(() => database[Symbol.asyncDispose]());
    const venues = await startVenuesProcess({ cacheDir: join(HOME, 'venues'), seed: 1 });
    stops.push(() => venues.close());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const target = { url, folder: join(folder, 'cdk') };
    const start = async () => {
      const { pid } = await clock('start', startServer({ installation, folder, port }));
      stops.push(() => stopServer(pid));
      await clock('bootstrap', bootstrap(target));
    };
    const [assembly] = await Promise.all([
      clock('synth', synthesize(target.folder, simulated(venues.env))),
      start(),
    ]);
    const { apiUrl, stateMachineArn } = await clock('deploy', deploy(target, assembly, database.url));
    const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 'execute-api' });
    const stepFunctions = new SFNClient({
      ...{ endpoint: url, region, credentials: { accessKeyId, secretAccessKey } },
    });
    stops.push(async () => stepFunctions.destroy());
    return {
      fetch: (path, init) => aws.fetch(`${apiUrl}${path}`, init),
      ...{ stepFunctions, stateMachineArn, sql: database.connect(), close },
      ...{ venuesUrl: venues.url, simulated: true, pollMs: 400 },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function stopwatch(say: (line: string) => void) {
  return async <T>(what: string, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const done = await work;
    say(`LocalStack: ${what} took ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return done;
  };
}
