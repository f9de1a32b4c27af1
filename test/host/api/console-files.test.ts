import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const urlOf = (path: string, port = at.host.ports.jobs): string => `http://127.0.0.1:${port}${path}`;

describe('the console beside the API', () => {
  it('is served on both ports, under a policy that allows only its own files', async () => {
    for (const port of Object.values(at.host.ports)) {
      const answer = await fetch(urlOf('/', port));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const policy = answer.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=|https?:\/\//);
    }
  });

  it('consists of one script and one style sheet', async () => {
    const script = await (await fetch(urlOf('/console/app.js'))).text();
    expect(script).toContain('Start a job');
    // The schemas stay behind: the page takes only their types.
    expect(script).not.toContain('toJSONSchema');
    expect(script.length).toBeLessThan(300_000);
    const style = await (await fetch(urlOf('/console/app.css'))).text();
    expect(style).not.toMatch(/@import|url\(/);
    expect(style).toContain('prefers-color-scheme');
  });

  it('is compressed, below 100 KB in all, and is not sent again', async () => {
    let bytes = 0;
    for (const path of ['/', '/console/app.js', '/console/app.css', '/console/icon.svg']) {
      const answer = await raw(urlOf(path), { 'accept-encoding': 'gzip, deflate, br' });
      expect([path, answer.status, answer.headers['content-encoding']]).toEqual([path, 200, 'br']);
      bytes += answer.bytes;
      const tag = String(answer.headers.etag);
      expect(await raw(urlOf(path), { 'if-none-match': tag })).toMatchObject({ status: 304, bytes: 0 });
    }
    expect(bytes).toBeLessThan(100_000);
    const plain = await raw(urlOf('/console/app.css'), { 'accept-encoding': 'br;q=0, gzip' });
    expect(plain.headers['content-encoding']).toBe('gzip');
  });

  it('gets an answer of the API again only when it has changed', async () => {
    const first = await raw(urlOf('/backfill/sources'), {});
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    const tag = String(first.headers.etag);
    expect(await raw(urlOf('/backfill/sources'), { 'if-none-match': tag })).toMatchObject({
      status: 304,
      bytes: 0,
    });
    expect(await raw(urlOf('/backfill/sources'), { 'if-none-match': 'W/"other"' })).toMatchObject({
      status: 200,
    });
  });

  it('serves no other file', async () => {
    for (const path of [
      '/console/',
      '/console/main.tsx',
      '/console/../package.json',
      '/constructor',
      '/__proto__',
    ]) {
      expect([path, (await fetch(urlOf(path))).status]).toEqual([path, 404]);
    }
  });

  it('answers what is no request of the API as HTTP has it, and lets no browser guess', async () => {
    const raw = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
      answerOf(urlOf('/'), method, headers, path);
    for (const path of ['//', '//evil.example/healthz', 'http://evil.example/nothing']) {
      expect([path, (await raw(path)).status]).toEqual([path, 404]);
    }
    const refused = await raw('/backfill/jobs', 'PUT');
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await raw('/api/backfill', 'DELETE')).headers.allow).toBe('GET, HEAD, POST');
    const [head, get] = [await raw('/backfill/jobs', 'HEAD'), await raw('/backfill/jobs')];
    expect([head.status, head.headers['content-length'], head.body]).toEqual([
      200,
      get.headers['content-length'],
      '',
    ]);
    for (const path of ['/', '/healthz', '/nothing', '/data/spot_klines?symbol=X&format=csv']) {
      expect([path, (await raw(path)).headers['x-content-type-options']]).toEqual([path, 'nosniff']);
    }
    for (const key of ['', 'x'.repeat(256), 'x'.repeat(3_000), 'a\tb']) {
      const ordered = await raw('/backfill', 'POST', { 'idempotency-key': key });
      expect([ordered.status, JSON.parse(ordered.body).code]).toEqual([400, 'malformed-json']);
      const order = JSON.stringify({ source: 'klines_spot', symbols: ['BTCUSDT'] });
      const keyed = await answerOf(urlOf('/'), 'POST', { 'idempotency-key': key }, '/backfill', order);
      expect([keyed.status, JSON.parse(keyed.body)]).toMatchObject([
        400,
        { code: 'invalid-request', detail: expect.stringContaining('Idempotency-Key') },
      ]);
    }
  });

  it('refuses requests from pages of other origins', async () => {
    const statusFor = (headers: Record<string, string>, method = 'POST', path = '/backfill') =>
      statusOf(urlOf(path), method, headers);
    const host = new URL(urlOf('/')).host;
    expect(await statusFor({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusFor({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await statusFor({ host: 'evil.example' }, 'GET', '/healthz')).toBe(403);
    expect(await statusFor({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(400);
    expect(await statusFor({})).toBe(400);
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await statusFor(link, 'GET', '/')).toBe(200);
  });
});

/** An answer as it came, not decompressed as `fetch` does it. */
function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: IncomingHttpHeaders; bytes: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, bytes }));
    });
    sent.on('error', reject).end();
  });
}

const statusOf = async (url: string, method: string, headers: Record<string, string>): Promise<number> =>
  (await answerOf(url, method, headers)).status;

/** fetch sets these headers itself, and sends no such paths; a browser would too. */
function answerOf(
  url: string,
  method: string,
  headers: Record<string, string>,
  path = new URL(url).pathname,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, path }, (answer) => {
      text(answer).then(
        (received) => resolve({ status: answer.statusCode!, headers: answer.headers, body: received }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
