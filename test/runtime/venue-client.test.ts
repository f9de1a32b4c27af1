import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../functions/core/errors/errors.ts';
import type { LimitFamily } from '../../functions/core/series/venue.ts';
import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { createVenueClient, type VenueClientOptions } from '../../functions/runtime/venues/venue-client.ts';
import { binance, binanceArchive } from '../../functions/sources/binance/venue.ts';
import { answer, cut, LooseBudget, requestTo, silence, stall, startVenue } from './local-venue.ts';

const now = Date.UTC(2025, 5, 1, 12);
const family: LimitFamily = { id: 'spot', limit: 6000, windowMs: MINUTE, usedHeader: 'x-mbx-used-weight-1m' };
const dated = { date: new Date(now + 30 * SECOND).toUTCString() };

function clientOf(url: string, more: Partial<VenueClientOptions> = {}) {
  const budget = new LooseBudget();
  const slept: number[] = [];
  const client = createVenueClient({
    budget,
    clock: () => now,
    random: () => 0.5,
    env: { GORDON_LOCAL_URL: url, ...more.env },
    sleep: async (ms) => {
      slept.push(ms);
    },
    ...(more.patience && { patience: more.patience }),
    ...(more.largestAnswer && { largestAnswer: more.largestAnswer }),
  });
  return { ...client, budget, slept };
}

const textOf = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);

describe('a request', () => {
  it('takes its weight, sends its query and comes back with body and the clock of the venue', async () => {
    await using venue = await startVenue(answer(200, '[1]', { ...dated, 'X-MBX-USED-WEIGHT-1M': '42' }));
    const { get, budget } = clientOf(`${venue.url}/`);
    const query = { symbol: 'BTCUSDT', startTime: 5 };
    const got = await get(requestTo(binance, { query, family, weight: 7 }));
    expect(textOf(got?.body)).toBe('[1]');
    expect(got).toMatchObject({ status: 200, asOf: now + 30 * SECOND, url: `${venue.url}/api/rows` });
    expect(venue.requests.map((r) => r.url)).toEqual(['/api/rows?symbol=BTCUSDT&startTime=5']);
    expect(budget.taken).toEqual([['binance', 'spot', 7]]);
    expect(budget.observed).toEqual([['spot', 42, now + 30 * SECOND]]);
  });

  it('says when its answer begins to arrive, before the body is there', async () => {
    const { promise: heard, resolve: arrived } = Promise.withResolvers<void>();
    await using venue = await startVenue(async (response) => {
      response.writeHead(200, dated);
      response.flushHeaders();
      await heard;
      response.end('[1]');
    });
    const got = await clientOf(`${venue.url}/`).get(requestTo(binance, { family }), arrived);
    expect(textOf(got?.body)).toBe('[1]');
  });

  it('is a POST of its JSON, which is sent again as a whole and follows no redirect that would drop it', async () => {
    const bodies: string[] = [];
    const echo = async (request: IncomingMessage): Promise<void> => {
      let text = '';
      for await (const part of request.setEncoding('utf8')) text += part;
      bodies.push(`${request.method} ${request.headers['content-type']} ${text}`);
    };
    const once =
      (status: number, headers: Record<string, string> = {}) =>
      async (response: ServerResponse, request: IncomingMessage) => {
        await echo(request);
        response.writeHead(status, { ...dated, ...headers }).end('[]');
      };
    const json = { type: 'candleSnapshot', req: { coin: 'kPEPE', startTime: 5 } };
    const sent = `POST application/json ${JSON.stringify(json)}`;
    await using venue = await startVenue(once(503), once(307, { location: '/elsewhere' }), once(200));
    const got = await clientOf(venue.url).get(requestTo(binance, { json }));
    expect(textOf(got?.body)).toBe('[]');
    expect(bodies.splice(0)).toEqual([sent, sent, sent]);

    await using moved = await startVenue(once(302, { location: '/elsewhere' }), once(200));
    await expect(clientOf(moved.url).get(requestTo(binance, { json }))).rejects.toMatchObject({
      code: 'venue-refused',
    });
    expect(bodies).toEqual([sent]);
  });

  it('reads a body of many pieces whole, whether its length was announced or not, and gives it back', async () => {
    const rows = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    for (const length of [{}, { 'content-length': `${rows.length}` }]) {
      await using venue = await startVenue((response) => {
        response.writeHead(200, { ...dated, 'content-type': 'application/zip', ...length });
        for (let at = 0; at < rows.length; at += 10_000) response.write(rows.subarray(at, at + 10_000));
        response.end();
      });
      const got = await clientOf(venue.url).get(requestTo(binanceArchive, {}));
      expect(rows.equals(got!.body)).toBe(true);
      got!.release!();
      expect(got!.body).toHaveLength(0);
    }
  });

  it('sends names in Chinese as UTF-8, percent-encoded, in path and query', async () => {
    await using venue = await startVenue(answer(200, '[1]'));
    const request = requestTo(binance, { query: { symbol: '币安人生USDT' } });
    await clientOf(venue.url).get({ ...request, path: '/klines/币安人生USDT/1h' });
    const name = '%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT';
    expect(venue.requests.map((r) => r.url)).toEqual([`/klines/${name}/1h?symbol=${name}`]);
  });

  it.each([{}, { 'x-mbx-used-weight-1m': '-1' }, { 'x-mbx-used-weight-1m': '' }])(
    'observes nothing where the venue says nothing: %j',
    async (headers: Record<string, string>) => {
      await using venue = await startVenue(answer(200, '[]', headers));
      const { get, budget } = clientOf(venue.url);
      await get(requestTo(binance, { family }));
      expect(budget.observed).toEqual([]);
    },
  );

  it('takes our clock where the venue sends none', async () => {
    await using venue = await startVenue((response) => {
      response.sendDate = false;
      response.end('[]');
    });
    expect((await clientOf(venue.url).get(requestTo(binance)))?.asOf).toBe(now);
  });

  it('is undefined where the object does not exist', async () => {
    await using venue = await startVenue(answer(404, '<Error><Code>NoSuchKey</Code></Error>'));
    expect(await clientOf(venue.url).get(requestTo(binanceArchive))).toBeUndefined();
  });

  it('brings a large binary body as it is', async () => {
    const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
    await using venue = await startVenue(answer(200, body, { 'content-type': 'application/zip' }));
    const got = await clientOf(venue.url).get(requestTo(binanceArchive));
    expect(Buffer.compare(got!.body, body)).toBe(0);
  });

  it('adds a key from the environment, and shows it to nobody', async () => {
    const key = 'abcdef0123456789';
    const secret = { parameter: 'api_key', env: 'GORDON_TEST_KEY' };
    await using venue = await startVenue((response, request) =>
      answer(400, JSON.stringify({ code: -1100, msg: `bad ${request.url}` }))(response, request),
    );
    const { get } = clientOf(venue.url, { env: { GORDON_LOCAL_URL: venue.url, GORDON_TEST_KEY: key } });
    const request = requestTo(binance, { query: { id: 'DFF' }, secret });
    const error = await get(request).catch((e: unknown) => e);
    expect(venue.requests[0]?.url).toBe(`/api/rows?id=DFF&api_key=${key}`);
    expect(error).toMatchObject({ code: 'venue-refused', subject: `${venue.url}/api/rows` });
    expect(describeError(error)).toContain('api_key=***');
    expect(JSON.stringify(error) + describeError(error)).not.toContain(key);
    await expect(clientOf(venue.url).get(request)).rejects.toMatchObject({
      code: 'key-missing',
      subject: 'GORDON_TEST_KEY',
    });
  });
});

describe('a limit', () => {
  it('makes the family cool down on 429 and says until when', async () => {
    await using venue = await startVenue(
      answer(429, '{"code":-1003,"msg":"Too many"}', { 'retry-after': '17' }),
    );
    const { get, budget } = clientOf(venue.url);
    await expect(get(requestTo(binance, { family }))).rejects.toMatchObject({
      name: 'BudgetExhausted',
      until: now + 17 * SECOND,
      message: 'spot: Too many',
    });
    expect(budget.cooldowns).toEqual([['spot', now + 17 * SECOND, 'Too many']]);
    expect(venue.requests.length).toBe(1);
  });

  it.each([
    [418, '{"code":-1003,"msg":"banned"}', { 'retry-after': '120' }, 2 * MINUTE],
    [403, '<html>WAF</html>', {}, 5 * MINUTE],
  ])('makes the whole venue cool down on %i', async (status, body, headers, waitMs) => {
    await using venue = await startVenue(answer(status, body, headers as Record<string, string>));
    const { get, budget } = clientOf(venue.url);
    await expect(get(requestTo(binance, { family }))).rejects.toMatchObject({ until: now + waitMs });
    expect(budget.cooldowns.map(([scope, until]) => [scope, until])).toEqual([['binance', now + waitMs]]);
    expect(venue.requests.length).toBe(1);
  });

  it('measures a ban that ends at an instant from our clock where the venue shows none', async () => {
    await using venue = await startVenue((response) => {
      response.sendDate = false;
      response.writeHead(418).end(JSON.stringify({ code: -1003, msg: `banned until ${now + 10 * MINUTE}.` }));
    });
    await expect(clientOf(venue.url).get(requestTo(binance))).rejects.toMatchObject({
      until: now + 10 * MINUTE,
    });
  });
});

describe('a refusal', () => {
  it('for the region is permanent and names the ways around it', async () => {
    await using venue = await startVenue(answer(451, '{"code":0,"msg":"restricted location"}'));
    const { get } = clientOf(venue.url);
    await expect(get(requestTo(binance))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'region-refused',
      remedy: expect.stringContaining('https://data-api.binance.vision'),
    });
    expect(venue.requests.length).toBe(1);
  });

  it('of a symbol names it', async () => {
    await using venue = await startVenue(answer(400, '{"code":-1121,"msg":"Invalid symbol."}'));
    const query = { symbol: 'BTCUSDX', startTime: 1 };
    await expect(clientOf(venue.url).get(requestTo(binance, { query }))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'unknown-symbol',
      subject: 'BTCUSDX',
      status: 422,
    });
  });

  it('of the request is ours, without the query', async () => {
    await using venue = await startVenue(answer(400, '{"code":-1130,"msg":"limit is not valid"}'));
    const error = await clientOf(venue.url)
      .get(requestTo(binance, { query: { limit: 1501 } }))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'PermanentError', code: 'venue-refused' });
    expect(describeError(error)).toContain('limit is not valid');
    expect(describeError(error)).not.toContain('1501');
  });
});

describe('what may pass', () => {
  it('is tried again at once, with budget for each attempt and growing pauses', async () => {
    await using venue = await startVenue(answer(502, 'bad gateway'), cut, answer(200, '[2]'));
    const { get, budget, slept } = clientOf(venue.url);
    expect(textOf((await get(requestTo(binance, { family, weight: 2 })))?.body)).toBe('[2]');
    expect(venue.requests.length).toBe(3);
    expect(budget.taken.length).toBe(3);
    expect(slept).toEqual([300, 600]);
  });

  it('is given up after three attempts', async () => {
    await using venue = await startVenue(answer(503, 'unavailable'));
    const { get } = clientOf(venue.url);
    await expect(get(requestTo(binance))).rejects.toMatchObject({
      name: 'RetryableVenueError',
      code: 'venue-broken',
      message: expect.stringContaining('HTTP 503: unavailable'),
    });
    expect(venue.requests.length).toBe(3);
  });

  it('says which host cannot be reached, why, and what to do', async () => {
    const venue = await startVenue(answer(200));
    await venue[Symbol.asyncDispose]();
    const { host } = new URL(venue.url);
    const error = await clientOf(venue.url)
      .get(requestTo(binance, { query: { limit: 1 } }))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'RetryableVenueError', code: 'connection-failed' });
    const text = describeError(error);
    for (const part of [host, 'ECONNREFUSED', 'HTTPS_PROXY', 'GORDON_LOCAL_URL', 'make demo']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('limit');
  });

  // Of the two only the one that is meant may run out, also on a machine that has other work.
  it.each([
    ['no answer', silence, { firstByteMs: 80, stallMs: 60_000 }],
    ['no more of the body', stall, { firstByteMs: 60_000, stallMs: 80 }],
  ])('ends when there is %s for too long, and is not waited for again', async (what, act, patience) => {
    await using venue = await startVenue(act);
    const error = await clientOf(venue.url, { patience })
      .get(requestTo(binance))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'RetryableVenueError', code: 'timed-out' });
    expect(describeError(error)).toContain(`${what} within 0.08 s`);
    expect(venue.requests.length).toBe(1);
  });

  it('may take long where it goes on', async () => {
    await using venue = await startVenue((response) => {
      response.writeHead(200);
      for (let i = 0; i < 6; i++) setTimeout(() => (i < 5 ? response.write('x') : response.end()), i * 500);
    });
    const { get } = clientOf(venue.url, { patience: { firstByteMs: 2_000, stallMs: 2_000 } });
    expect(textOf((await get(requestTo(binanceArchive)))?.body)).toBe('xxxxx');
  });
});

describe('an answer that no venue gives', () => {
  const MIB = 1024 * 1024;

  it('without end is left after as much as an answer may have, and is not requested again at once', async () => {
    let sent = 0;
    await using venue = await startVenue((response) => {
      response.writeHead(200, dated);
      const piece = Buffer.alloc(MIB, ' ');
      const send = (): void => {
        // Only as fast as it is read, for what waits here would be this process's memory.
        while (!response.destroyed && response.write(piece)) sent++;
        response.once('drain', send);
      };
      send();
    });
    const error = await clientOf(venue.url, { largestAnswer: 4 * MIB })
      .get(requestTo(binance))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'RetryableVenueError', code: 'unacceptable-answer' });
    expect(describeError(error)).toContain(`larger than ${4 * MIB} bytes`);
    expect(venue.requests).toHaveLength(1);
    // What lay in the buffers of both sides comes on top.
    expect(sent).toBeLessThan(64);
  });

  it('may be as large as the limit', async () => {
    await using venue = await startVenue(answer(200, 'x'.repeat(MIB), dated));
    const got = await clientOf(venue.url, { largestAnswer: MIB }).get(requestTo(binanceArchive));
    expect(got?.body).toHaveLength(MIB);
  });

  it('is not fetched from another host, nor is the key sent there', async () => {
    await using elsewhere = await startVenue(answer(200, '[666]', dated));
    await using venue = await startVenue(answer(302, '', { location: `${elsewhere.url}/api/rows` }));
    const secret = { parameter: 'api_key', env: 'KEY' };
    const error = await clientOf(venue.url, { env: { KEY: 'geheim', GORDON_LOCAL_URL: venue.url } })
      .get(requestTo(binance, { secret }))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'unacceptable-answer' });
    expect(describeError(error)).toContain(new URL(elsewhere.url).host);
    expect(describeError(error)).not.toContain('geheim');
    expect([venue.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  it('is followed to another path of the host, but not round and round', async () => {
    await using moved = await startVenue(
      answer(301, '', { location: '/api/moved?x=1' }),
      answer(200, '[1]', dated),
    );
    expect(textOf((await clientOf(moved.url).get(requestTo(binance)))?.body)).toBe('[1]');
    expect(moved.requests.map(({ url }) => url)).toEqual(['/api/rows', '/api/moved?x=1']);
    await using circle = await startVenue(answer(307, '', { location: '/api/rows' }));
    await expect(clientOf(circle.url).get(requestTo(binance))).rejects.toMatchObject({
      code: 'unacceptable-answer',
    });
    expect(circle.requests).toHaveLength(4);
  });
});

describe('requests of a paced family', () => {
  it('go one at a time, with the spacing after each answer, also after a refusal', async () => {
    let [open, most] = [0, 0];
    await using venue = await startVenue((response) => {
      most = Math.max(most, ++open);
      // The answer is on its way before the next request can be: whoever sends early is met here.
      setImmediate(() => {
        open--;
        response.writeHead(most === 1 && venue.requests.length === 1 ? 400 : 200).end('[]');
      });
    });
    const { get, slept } = clientOf(venue.url);
    const paced = requestTo(binance, { family: { ...family, spacingMs: 650 } });
    const settled = await Promise.allSettled([get(paced), get(paced), get(paced)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect({ most, slept }).toEqual({ most: 1, slept: [650, 650, 650] });
  });
});
