import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { signWithAws } from '../../../cli/api/sign.ts';
import { startConsole } from '../../../cli/console/server.ts';
import { fakeApi, type Received } from '../support/fake-api.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { expectSigned, KEYS } from '../support/signature.ts';

const sign = signWithAws('eu-central-1', async () => KEYS);
const known = ({ token }: { readonly token: string }) => ({ authorization: `Bearer ${token}` });
const JOBS = { body: [], headers: { link: '</backfill/jobs?cursor=x>; rel="next"' } };

describe('the console of a deployed API', () => {
  it('signs what it passes on, and gives back what comes', async () => {
    await using api = await fakeApi({
      'GET /v1/backfill/jobs': JOBS,
      'POST /v1/backfill': { status: 202, body: {} },
    });
    await using server = await startConsole({ api: `${api.url}/v1`, sign, port: 0 });
    const listed = await fetch(`${server.url}/backfill/jobs?status=all&limit=50`, {
      headers: { ...known(server), cookie: 'a=b', 'x-secret': 'stays here' },
    });
    expect([listed.status, await listed.json(), listed.headers.get('link')]).toEqual([
      200,
      [],
      JOBS.headers.link,
    ]);
    const body = JSON.stringify({ source: 'klines' });
    const ordered = await fetch(`${server.url}/backfill`, {
      method: 'POST',
      body,
      headers: { ...known(server), 'content-type': 'application/json', 'idempotency-key': 'k' },
    });
    expect(ordered.status).toBe(202);

    const [get, post] = api.received as [Received, Received];
    expect(get.headers).not.toHaveProperty('cookie');
    expect(get.headers).not.toHaveProperty('x-secret');
    expect(post.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k' });
    expect(post.body).toEqual({ source: 'klines' });
    for (const [received, raw] of [
      [get, ''],
      [post, body],
    ] as const) {
      expectSigned(received, raw);
    }
  });

  it('serves the page itself, under a policy that lets in nothing else', async () => {
    await using api = await fakeApi({});
    await using server = await startConsole({ api: api.url, sign, port: 0 });
    const types = { '/': 'text/html', '/console/app.js': 'text/javascript', '/console/app.css': 'text/css' };
    for (const [path, type] of Object.entries(types)) {
      const answer = await fetch(server.url + path, { headers: known(server) });
      expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
      const policy = answer.headers.get('content-security-policy');
      expect(policy).toMatch(/default-src 'none'.*script-src 'self'/);
      expect(policy).not.toMatch(/unsafe|https?:/);
    }
    expect(api.received).toEqual([]);
  });

  it('is not for the pages of others', async () => {
    await using api = await fakeApi({ 'DELETE /backfill/jobs/1': { body: {} } });
    await using server = await startConsole({ api: api.url, sign, port: 0 });
    const from = (headers: Record<string, string>, method = 'DELETE') =>
      statusOf(`${server.url}/backfill/jobs/1`, method, { ...known(server), ...headers });
    const own = new URL(server.url).host;
    expect(await from({ origin: 'https://evil.example' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    // A name of theirs that points here by now.
    expect(await from({ host: 'evil.example' })).toBe(403);
    expect(await from({ origin: `http://${own}`, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await from({})).toBe(200);
    expect(await from({}, 'PUT')).toBe(405);
    expect(api.received).toHaveLength(2);
  });

  it('is for those who know its token, and for nothing beside its stage', async () => {
    const other = { 'GET /other/healthz': { body: {} }, 'GET /v1/healthz': { body: {} } };
    await using api = await fakeApi(other);
    await using server = await startConsole({ api: `${api.url}/v1`, sign, port: 0 });
    const statusFor = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      statusOf(`${server.url}/`, method, headers, path);
    for (const path of [
      '/',
      '/console/app.js',
      '/healthz',
      '/?token=',
      '/?token=x',
      `/healthz?token=${server.token}`,
    ]) {
      expect([path, await statusFor(path)]).toEqual([path, 401]);
    }
    for (const headers of [{ authorization: 'Bearer x' }, { cookie: `a=%E0%A4%A; gordon-console-1=x` }]) {
      expect(await statusFor('/healthz', headers)).toBe(401);
    }
    expect(api.received).toEqual([]);
    for (const path of [
      '/../other/healthz',
      '/%2e%2E/other/healthz',
      '/..\\other/healthz',
      'http://x/healthz',
      '/..',
    ]) {
      expect([path, await statusFor(path, known(server))]).toEqual([path, 404]);
    }
    expect(api.received).toEqual([]);
    expect(await statusFor('/healthz', known(server), 'HEAD')).toBe(200);
    expect(api.received).toHaveLength(1);
  });

  it('says what is wrong when nobody answers, and when nobody is logged in', async () => {
    await using nobody = await startConsole({ api: 'http://127.0.0.1:9', sign, port: 0 });
    const away = await fetch(`${nobody.url}/healthz`, { headers: known(nobody) });
    expect([away.status, await away.json()]).toMatchObject([502, { code: 'api-unreachable', status: 502 }]);
    const unknown = signWithAws('eu-central-1', () => Promise.reject(new Error('no profile')));
    await using server = await startConsole({ api: 'http://127.0.0.1:9', sign: unknown, port: 0 });
    const answer = await fetch(`${server.url}/healthz`, { headers: known(server) });
    expect(await answer.json()).toMatchObject({
      detail: expect.stringMatching(/no AWS credentials.*aws sso login/),
    });
  });
});

describe('gordon-data console', () => {
  it('serves until it has to stop', async () => {
    await using api = await fakeApi({});
    const env = { GORDON_API_URL: api.url, GORDON_API_TOKEN: 't' };
    const terminal = fakeTerminal({ env });
    const ran = gordon(['console', '--port', '0'], { terminal });
    const address = /is at (http:\/\/127\.0\.0\.1:\d+\/)\?token=(\S+) ; Ctrl-C ends it/;
    await expect.poll(() => terminal.stdout()).toMatch(address);
    const [, url, token] = address.exec(terminal.stdout())!;
    const entered = await fetch(`${url}?token=${token}`, { redirect: 'manual' });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    const set = entered.headers.get('set-cookie')!;
    expect(set).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const cookie = set.split(';')[0]!;
    expect((await fetch(`${url}healthz`, { headers: { cookie } })).status).toBe(200);
    expect(api.received[0]!.headers.authorization).toBe('Bearer t');
    terminal.stop('SIGINT');
    expect((await ran).code).toBe(0);
    await expect(fetch(url!)).rejects.toThrow();
  });

  it('points to the host of this machine where no API is named', async () => {
    expect(await gordon(['console'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/GORDON_API_URL/),
    });
    expect(await gordon(['console', '--port', 'x'])).toMatchObject({ code: 2 });
  });
});

/** fetch sets these headers itself; a browser would too. */
function statusOf(
  url: string,
  method: string,
  headers: Record<string, string>,
  path = new URL(url).pathname,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const received = request(url, { method, headers, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    received.on('error', reject);
    received.end();
  });
}
