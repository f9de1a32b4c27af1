import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { entryOf } from '../../functions/function-spec.ts';
import { functions } from '../../functions/manifest.ts';

/** Handlers in a process of their own, as Lambda runs them, with secrets in their environment and everything broken. */
const SECRETS = { password: 'hunter2-not-in-logs', fred: 'f00dbabe'.repeat(4) };
const env = {
  ...process.env,
  POWERTOOLS_LOG_LEVEL: 'DEBUG',
  GORDON_DATABASE_URL: `postgres://gordon:${SECRETS.password}@127.0.0.1:1/gordon`,
  GORDON_FRED_API_KEY: SECRETS.fred,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: SECRETS.password,
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  AWS_MAX_ATTEMPTS: '1',
};
const chunk = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1m',
  label: 'a chunk',
  start: 0,
  end: 60_000,
};
const event = {
  jobId: '01JD0000000000000000000000',
  wave: 1,
  chunk,
  resume: { since: 0, withoutArchive: false },
};

const run = (name: string, input: unknown): string => {
  const file = entryOf(functions.find(({ handler }) => handler === name)!);
  const script = `
    const { handler } = await import('./${file}');
    try { console.log(JSON.stringify(await handler(${JSON.stringify(input)}, { functionName: 'test' }))); }
    catch (error) { console.log(error.name, error.message, error.stack); }
    process.exit(0);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env,
    encoding: 'utf8',
  });
  return `${stdout}\n${stderr}`;
};

it.each([
  ['fetch-chunk', event],
  ['plan-wave', { jobId: event.jobId, wave: 1, previousMissing: -1 }],
  ['health', { headers: {}, httpMethod: 'GET', path: '/healthz' }],
])('%s says what is wrong without its secrets', (handler, input) => {
  const said = run(handler, input);
  expect(said).toMatch(/127\.0\.0\.1:1|job table/);
  for (const secret of Object.values(SECRETS)) expect(said).not.toContain(secret);
});

it('names job, chunk, source and symbol in each line about a chunk', () => {
  const lines = run('fetch-chunk', event)
    .split('\n')
    .filter((line) => line.startsWith('{"level"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatchObject({
      jobId: event.jobId,
      chunk: 'a chunk',
      source: 'klines_spot',
      symbol: 'BTCUSDT',
    });
  }
});
