import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { listenSettings } from '../../../host/http/listen-settings.ts';
import { startPublicServer } from '../../../host/http/public-server.ts';
import { probePort } from '../../../host/os/ports.ts';

const TOKEN = 'k'.repeat(24);
const call = async (handler: string) => ({ statusCode: 200, headers: {}, body: handler });

describe('GORDON_LISTEN', () => {
  it('is served on the loopback address alone where it is not set', () => {
    expect(listenSettings({ GORDON_API_TOKEN: TOKEN })).toBeUndefined();
  });

  it.each([
    ['0.0.0.0:8443', { address: '0.0.0.0', port: 8_443 }],
    ['[::]:80', { address: '::', port: 80 }],
    ['data.example:9000', { address: 'data.example', port: 9_000 }],
  ])('reads %s', (GORDON_LISTEN, place) => {
    const env = { GORDON_LISTEN, GORDON_API_TOKEN: TOKEN };
    expect(listenSettings({ ...env, GORDON_LISTEN_PLAIN: '1' })).toEqual({ ...place, token: TOKEN });
    const files = { GORDON_TLS_CERT: 'c.pem', GORDON_TLS_KEY: 'k.pem' };
    expect(listenSettings({ ...env, ...files })).toEqual({
      ...place,
      token: TOKEN,
      tls: { cert: 'c.pem', key: 'k.pem' },
    });
  });

  it.each([
    ['GORDON_LISTEN', { GORDON_LISTEN: '0.0.0.0' }],
    ['GORDON_LISTEN', { GORDON_LISTEN: ':8443' }],
    ['GORDON_LISTEN', { GORDON_LISTEN: '0.0.0.0:99999' }],
    ['GORDON_LISTEN', {}],
    ['GORDON_API_TOKEN', { GORDON_API_TOKEN: undefined }],
    ['GORDON_API_TOKEN', { GORDON_API_TOKEN: 'short', GORDON_LISTEN_PLAIN: '1' }],
    ['GORDON_API_TOKEN', { GORDON_API_TOKEN: 'with blanks '.repeat(4), GORDON_LISTEN_PLAIN: '1' }],
    ['GORDON_TLS_KEY', { GORDON_TLS_CERT: 'c.pem' }],
    ['GORDON_TLS_CERT', { GORDON_TLS_KEY: 'k.pem', GORDON_LISTEN_PLAIN: '1' }],
  ])('is refused for %s: %j', (subject, over) => {
    const env = { GORDON_LISTEN: '0.0.0.0:8443', GORDON_API_TOKEN: TOKEN, ...over };
    expect(() => listenSettings(env)).toThrow(expect.objectContaining({ code: 'bad-environment', subject }));
  });
});

describe('the API on another address', () => {
  const settings = { address: '0.0.0.0', port: 0, token: TOKEN };

  it('answers who knows the token, and nobody else anything', async () => {
    const server = await startPublicServer(settings, call);
    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`http://127.0.0.1:${server.port}${path}`, { headers, method, redirect: 'manual' });
    try {
      const known = { authorization: `Bearer ${TOKEN}` };
      for (const path of [
        '/',
        '/console/app.css',
        '/healthz',
        '/nothing',
        '/?token=x',
        `/healthz?token=${TOKEN}`,
      ]) {
        const refused = await ask(path);
        expect([path, refused.status, refused.headers.get('www-authenticate')]).toEqual([
          path,
          401,
          'Bearer',
        ]);
      }
      for (const authorization of [`Bearer ${TOKEN}x`, `Basic ${TOKEN}`, 'Bearer ']) {
        expect((await ask('/healthz', { authorization })).status).toBe(401);
      }
      expect([await (await ask('/healthz', known)).text(), (await ask('/nothing', known)).status]).toEqual([
        'health',
        404,
      ]);
      const entered = await ask(`/?token=${TOKEN}`);
      expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
      const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
      expect((await ask('/healthz', { cookie })).status).toBe(200);
      const own = `http://127.0.0.1:${server.port}`;
      expect((await ask('/backfill', { cookie, origin: own }, 'POST')).status).toBe(200);
      expect((await ask('/backfill', { cookie, origin: 'https://evil.example' }, 'POST')).status).toBe(403);
    } finally {
      await server.close();
    }
  });

  it('speaks TLS with the certificate of the operator, and sets no cookie without it', async () => {
    const files = { cert: 'test/fixtures/tls/server.pem', key: 'test/fixtures/tls/server-key.pem' };
    const server = await startPublicServer({ ...settings, tls: files }, call);
    try {
      const answer = await new Promise<{ body: string; cookie: unknown }>((resolve, reject) => {
        const sent = request(
          { port: server.port, path: `/?token=${TOKEN}`, rejectUnauthorized: false },
          (got) => {
            text(got).then((body) => resolve({ body, cookie: got.headers['set-cookie'] }), reject);
          },
        );
        sent.on('error', reject).end();
      });
      expect(answer).toEqual({ body: '', cookie: [expect.stringMatching(/; Secure$/)] });
      await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
    } finally {
      await server.close();
    }
  });

  it('says what is wrong with its place and with its files', async () => {
    const server = await startPublicServer(settings, call);
    const taken = { ...settings, port: server.port };
    await expect(startPublicServer(taken, call)).rejects.toMatchObject({ code: 'port-in-use' });
    await server.close();
    await probePort(server.port);
    await expect(startPublicServer({ ...settings, address: '203.0.113.1' }, call)).rejects.toMatchObject({
      code: 'bad-environment',
      subject: 'GORDON_LISTEN',
    });
    const tls = { cert: 'no.pem', key: 'no.pem' };
    await expect(startPublicServer({ ...settings, tls }, call)).rejects.toMatchObject({
      code: 'bad-environment',
      subject: 'GORDON_TLS_CERT',
    });
  });
});
