import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { periodAt } from '../../functions/core/time/period.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import { createArchiveReader } from '../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../functions/runtime/venues/venue-client.ts';
import { option_quotes_tardis } from '../../functions/sources/options/option_quotes_tardis.ts';
import { tardis, tardisHost } from '../../functions/sources/tardis/venue.ts';
import { fixtureText, tiersOf } from '../sources/conformance.ts';
import { LooseBudget } from './local-venue.ts';

const day = Date.UTC(2024, 2, 1);
const file = { venue: tardis, host: tardisHost, path: '/v1/deribit/options_chain/2024/03/01/OPTIONS.csv.gz' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A reader of files, and how many requests its server had. */
async function readerOf(answer: RequestListener, stallMs = 5_000) {
  let had = 0;
  const server = createServer((request, response) => {
    had++;
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const venue = createVenueClient({
    budget: new LooseBudget(),
    clock: () => day,
    env: { GORDON_TARDIS_URL: url },
    sleep: async () => undefined,
    patience: { firstByteMs: 5_000, stallMs },
  });
  return { reader: createArchiveReader(venue), requests: () => had };
}

const whole =
  (body: Uint8Array | string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(body);

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

const read = async (answer: RequestListener, stallMs?: number) => {
  const { reader } = await readerOf(answer, stallMs);
  const found = await reader.read({ file });
  return found && { ...found, text: await textOf(found.content) };
};

const text = 'a,b\n1,2\n'.repeat(300_000);
const packed = gzipSync(text);

describe('a file without a checksum', () => {
  it('is unpacked while it arrives, whatever pieces it comes in, and nothing proves it', async () => {
    const found = await read((_request, response) => {
      response.writeHead(200);
      response.write(packed.subarray(0, 1));
      response.end(packed.subarray(1));
    });
    expect(found!.text).toBe(text);
    expect(found!.sha256).toBeUndefined();
  });

  it('may be several members of gzip, and may have been unpacked on its way', async () => {
    const members = Buffer.concat([gzipSync('a,b\n'), gzipSync('1,2\n')]);
    expect((await read(whole(members)))!.text).toBe('a,b\n1,2\n');
    expect((await read(whole('a,b\n1,2\n')))!.text).toBe('a,b\n1,2\n');
    expect((await read(whole('')))!.text).toBe('');
  });

  it('is undefined where there is none', async () => {
    expect(await read(whole('{"code":404}', 404))).toBeUndefined();
  });

  it.each([
    [401, 'venue-refused', 'only the first day'],
    [403, 'region-refused', 'Just a moment'],
    [503, 'venue-broken', 'HTTP 503'],
  ])('is refused with %d', async (status, code, message) => {
    const page = '<title>Just a moment...</title> only the first day of each month';
    await expect(read(whole(page, status))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['damaged inside', Buffer.concat([packed.subarray(0, 3_000), Buffer.alloc(500), packed.subarray(3_500)])],
    ['cut short', packed.subarray(0, -20)],
  ])('is damaged where its gzip is %s', async (_what, body) => {
    await expect(read(whole(body))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'corrupt-archive',
      subject: file.path,
      message: expect.stringContaining('the gzip cannot be read'),
    });
  });

  it('is requested again later where the connection ends, or nothing more comes', async () => {
    const half = (response: ServerResponse, then: () => void) => {
      response.writeHead(200, { 'content-length': packed.length });
      response.write(packed.subarray(0, packed.length / 2), then);
    };
    const cut = read((_request, response) => half(response, () => response.destroy()));
    await expect(cut).rejects.toMatchObject({ name: 'RetryableVenueError', code: 'connection-failed' });
    const stalled = read((_request, response) => half(response, () => undefined), 50);
    await expect(stalled).rejects.toMatchObject({ name: 'RetryableVenueError', code: 'timed-out' });
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What is held: of the heap, and of buffers outside of it; bytes. */
const held = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const [tier] = tiersOf(option_quotes_tardis, 'archive');
const series = { source: option_quotes_tardis.id, symbol: 'BTC', timeframe: '1h' } as const;
const [header = '', ...rows] = fixtureText(series.source, 'chain.csv').trimEnd().split('\n');
/** Of other coins, as most of a file is: 2.5 MB in each hour. */
const FILLED = 14_000;
const filler = gzipSync(`${rows[2]!}\n`.repeat(FILLED));
const fillerBytes = FILLED * (rows[2]!.length + 1);
const hourOf = (hour: number): Buffer => {
  const from = BigInt(day + hour * HOUR) * 1_000n;
  const quotes = Array.from({ length: 300 }, (_, n) =>
    rows[0]!
      .replaceAll('60000', String(30_000 + 100 * n))
      .replace(/\d{16},\d{16}/, `${from},${from + BigInt(n)}`),
  );
  return Buffer.concat([gzipSync(`${quotes.join('\n')}\n`), filler]);
};
const HOURS = 24;

describe('a day of 60 MB', () => {
  it('is thinned hour by hour, and no more is held of it at its end than at its beginning', async () => {
    const { reader } = await readerOf(async (_request, response) => {
      response.writeHead(200);
      response.write(gzipSync(`${header}\n`));
      for (let hour = 0; hour < HOURS; hour++) {
        if (!response.write(hourOf(hour))) await new Promise((drained) => response.once('drain', drained));
      }
      response.end();
    });
    const parser = tier!.parser(series, undefined, { period: periodAt('day', day) });
    const found = (await reader.read({ file }))!;
    let bytes = 0;
    let chains = 0;
    const levels: number[] = [];
    const take = (parsed: ReturnType<typeof parser.end>) => {
      if (!parsed) return;
      expect(parsed.batch.length).toBe(300);
      chains++;
      levels.push(held());
    };
    for await (const piece of found.content) {
      bytes += piece.length;
      take(parser.push(piece));
    }
    take(parser.end());
    expect(bytes).toBeGreaterThan(60_000_000 * 0.95);
    expect(bytes).toBeGreaterThan(HOURS * fillerBytes);
    expect(chains).toBe(HOURS);
    const [first, ...later] = levels;
    // A few pieces of a megabyte, here and in zlib.
    expect(Math.max(...later) - first!).toBeLessThan(12_000_000);
  });

  it('stops the venue when nobody reads on, and ends the connection when its reader does', async () => {
    let sent = 0;
    let hasEnded: (() => void) | undefined;
    const ended = new Promise<void>((end) => {
      hasEnded = end;
    });
    const block = gzipSync(Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 7919) % 251)), {
      level: 0,
    });
    const { reader, requests } = await readerOf(async (_request, response) => {
      response.once('close', () => hasEnded!());
      response.writeHead(200);
      for (let i = 0; i < 200 && !response.destroyed; i++) {
        sent += block.length;
        if (!response.write(block)) {
          await new Promise<void>((go) => {
            response.once('drain', go);
            response.once('close', go);
          });
        }
      }
    });
    for await (const _piece of (await reader.read({ file }))!.content) {
      // Whoever commits a page takes as long as the database does.
      for (let i = 0; i < 2_000; i++) await turn();
      break;
    }
    await ended;
    // What the two sockets and zlib hold.
    expect(sent).toBeLessThan(40 * block.length);
    expect(requests()).toBe(1);
  });
});
