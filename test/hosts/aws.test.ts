import { SFNClient } from '@aws-sdk/client-sfn';
import { AwsClient } from 'aws4fetch';
import { describe } from 'vitest';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { conformance } from './conformance.ts';
import type { HostFacts } from './host-under-test.ts';

/**
 * A deployment in an AWS account that serves tests only: its warehouse is empty, and each run starts with a new one. Without
 * GORDON_TEST_AWS_VENUES_URL its venues are real, and tests that need failing venues are skipped.
 */
const NEEDED = [
  'GORDON_TEST_AWS_API_URL',
  'GORDON_TEST_AWS_STATE_MACHINE_ARN',
  'GORDON_TEST_AWS_DATABASE_URL',
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
] as const;

const missing = NEEDED.filter((name) => !process.env[name]);

describe.skipIf(missing.length > 0)(`AWS (needs ${NEEDED.join(', ')})`, () => {
  conformance('a real account', {
    start,
    startMs: 60_000,
    testMs: 300_000,
    refreshMs: 120_000,
  });
});

async function start(): Promise<HostFacts> {
  const env = process.env as Record<(typeof NEEDED)[number], string> & NodeJS.ProcessEnv;
  const { AWS_SESSION_TOKEN: sessionToken, GORDON_TEST_AWS_VENUES_URL: venuesUrl } = env;
  const aws = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    region: env.AWS_REGION,
    service: 'execute-api',
    ...(sessionToken && { sessionToken }),
  });
  const stepFunctions = new SFNClient({ region: env.AWS_REGION });
  const sql = connect(env.GORDON_TEST_AWS_DATABASE_URL, { application: 'test' });
  const base = env.GORDON_TEST_AWS_API_URL.replace(/\/$/, '');
  return {
    fetch: (path, init) => aws.fetch(`${base}${path}`, init),
    stepFunctions,
    stateMachineArn: env.GORDON_TEST_AWS_STATE_MACHINE_ARN,
    sql,
    pollMs: 1_000,
    simulated: venuesUrl !== undefined,
    ...(venuesUrl && { venuesUrl }),
    async close() {
      stepFunctions.destroy();
      await sql.end({ timeout: 5 });
    },
  };
}
