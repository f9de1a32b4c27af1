import { afterEach, describe, expect, it, vi } from 'vitest';
import { baseUrl } from '../../../cli/api/base-url.ts';
import type { HostState } from '../../../host/state-file.ts';
import { fakeApi } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { HEALTH } from '../support/samples.ts';
import { expectSigned, KEYS } from '../support/signature.ts';

const ORDER = ['backfill', 'klines', 'trigger', '--symbols', 'BTCUSDT', '--from', '2025-01-01'];
const GATEWAY = 'https://abc.execute-api.us-west-2.amazonaws.com/v1';

/** Who calls, as the environment says for an API at an address. */
const remedyFor = (url: string, env: Record<string, string> = {}) =>
  baseUrl({ GORDON_API_URL: url, ...env }, undefined).caller?.remedy;

describe('who calls the API', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is identified by a signature of AWS credentials, of the body too', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', KEYS.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEYS.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', KEYS.sessionToken);
    await using api = await fakeApi({
      'GET /v1/healthz': { body: HEALTH },
      'GET /v1/backfill/report': { body: [] },
      'POST /v1/backfill': { status: 403, body: { message: 'User is not authorized' } },
    });
    const env = { GORDON_API_AUTH: 'iam', AWS_REGION: 'eu-central-1' };
    const options = { api: `${api.url}/v1/`, env };
    expect(await gordon(['backfill', 'report', '--source', 'klines', '--json'], options)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await gordon(ORDER, options)).toEqual({
      code: 2,
      stdout: '',
      stderr: `gordon-data: ${api.url}/v1: HTTP 403: User is not authorized. Your AWS credentials may not call it: they need execute-api:Invoke.\n`,
    });
    expect(api.received.map(({ path }) => path)).toContain('/v1/backfill/report?source=klines');
    for (const received of api.received) {
      expectSigned(received, received.method === 'POST' ? JSON.stringify(received.body) : '');
    }
  });

  it('is identified by a key of the usage plan', async () => {
    await using api = await fakeApi({ 'GET /backfill/report': { body: [] } });
    const ran = await gordon(['backfill', 'report'], { api: api.url, env: { GORDON_API_KEY: 'k3y' } });
    expect(ran.code).toBe(0);
    expect(api.received[0]!.headers).toMatchObject({ 'x-api-key': 'k3y' });
    expect(api.received[0]!.headers).not.toHaveProperty('authorization');
  });

  it('is nobody where nothing says so', async () => {
    await using api = await fakeApi({
      'GET /backfill/report': { status: 403, body: { message: 'Missing Authentication Token' } },
    });
    expect(await gordon(['backfill', 'report'], { api: api.url })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Missing Authentication Token\. Say who calls: .*GORDON_API_AUTH=iam/),
    });
    expect(api.received[0]!.headers).not.toHaveProperty('authorization');
  });

  it('is a holder of AWS credentials at an address of API Gateway by default', () => {
    const [iam, nobody] = [/execute-api:Invoke/, /Say who calls/];
    expect(remedyFor(GATEWAY)).toMatch(iam);
    expect(remedyFor(GATEWAY, { GORDON_API_AUTH: 'none' })).toMatch(nobody);
    expect(remedyFor(GATEWAY, { GORDON_API_TOKEN: 't', GORDON_API_KEY: 'k' })).toMatch(/GORDON_API_TOKEN to/);
    expect(remedyFor(GATEWAY, { GORDON_API_KEY: 'k' })).toMatch(/GORDON_API_KEY to/);
    expect(remedyFor('https://data.example.com')).toMatch(nobody);
    expect(remedyFor('https://execute-api.us-west-2.amazonaws.com.evil.example')).toMatch(nobody);
    const own = { GORDON_API_AUTH: 'iam', AWS_REGION: 'eu-west-1' };
    expect(remedyFor('https://data.example.com', own)).toMatch(iam);
    const host = { ports: { jobs: 8081, candles: 3000 } } as HostState;
    expect(baseUrl({ ...own, GORDON_API_TOKEN: 't' }, host)).not.toHaveProperty('caller');
  });

  it.each([
    [{ GORDON_API_AUTH: 'aws' }, 'GORDON_API_AUTH is "aws": it is iam or none'],
    [{ GORDON_API_AUTH: 'iam' }, 'https://data.example.com does not name its region: set AWS_REGION'],
  ])('is refused before anything is sent: %j', async (env, message) => {
    const ran = await gordon(['backfill', 'report'], { api: 'https://data.example.com', env });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: `gordon-data: ${message}\n` });
  });

  it('says how to log in where nobody is', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    const ran = await gordon(['backfill', 'report'], { api: GATEWAY });
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^gordon-data: no AWS credentials .*aws sso login/),
    });
  });
});
