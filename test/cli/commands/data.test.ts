import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeApi, problem } from '../support/fake-api.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ROUTE = 'GET /data/spot_klines';
const CSV = { body: 'open_time,close\n', headers: { 'content-type': 'text/csv' } };

describe('gordon-data data', () => {
  it('prints the rows of a range, as the options say', async () => {
    await using api = await fakeApi({ [ROUTE]: CSV });
    const options =
      '--symbol BTCUSDT,ETHUSDT --from 2025-01-01 --to 2025-02-01 --columns open_time,close --as-of 2025-03-01';
    const ran = await gordon(['data', 'spot_klines', ...options.split(' ')], { api: api.url });
    expect(ran).toEqual({ code: 0, stdout: 'open_time,close\n', stderr: '' });
    expect(Object.fromEntries(new URL(api.received[0]!.path, api.url).searchParams)).toEqual({
      symbol: 'BTCUSDT,ETHUSDT',
      from: '2025-01-01',
      to: '2025-02-01',
      columns: 'open_time,close',
      as_of: '2025-03-01',
      format: 'csv',
    });
  });

  it.each([
    ['a.parquet', 'parquet'],
    ['a.feather', 'arrow'],
    ['a.jsonl', 'ndjson'],
    ['a', 'csv'],
  ])('writes %s as %s', async (name, format) => {
    await using api = await fakeApi({ [ROUTE]: { body: 'PAR1' } });
    const out = join(folder, name);
    const ran = await gordon(['data', 'spot_klines', '--out', out], { api: api.url });
    expect([ran.code, ran.stdout]).toEqual([0, `${out}: 4 bytes in 0s\n`]);
    expect(api.received[0]!.path).toContain(`format=${format}`);
    expect([readdirSync(folder), readFileSync(out, 'utf8')]).toEqual([[name], 'PAR1']);
  });

  it('waits for a file that is being made, and fetches it elsewhere without credentials', async () => {
    await using place = await fakeApi({ 'GET /object': { body: 'PAR1' } });
    const location = `${place.url.replace('127.0.0.1', 'localhost')}/object?X-Amz-Signature=1`;
    await using api = await fakeApi({
      [ROUTE]: (_, times) =>
        times < 3
          ? {
              status: 202,
              body: { state: 'making' },
              headers: { location: '?symbol=B&file=1', 'retry-after': '2' },
            }
          : { status: 303, body: '', headers: { location } },
    });
    const terminal = fakeTerminal({ env: { GORDON_API_URL: api.url, GORDON_API_TOKEN: 'secret' } });
    const out = join(folder, 'a.parquet');
    const began = terminal.clock();
    const ran = await gordon(['data', 'spot_klines', '--symbol', 'B', '--out', out, '--json'], { terminal });
    expect([ran.code, ran.stderr]).toEqual([0, 'the file is being made: 0s\n4 bytes\n']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: out, format: 'parquet', bytes: 4 });
    expect(terminal.clock() - began).toBe(6_000);
    expect(api.received.map(({ path }) => path)).toEqual([
      '/data/spot_klines?symbol=B&format=parquet',
      ...Array(3).fill('/data/spot_klines?symbol=B&file=1'),
    ]);
    expect(api.received.every(({ headers }) => headers.authorization === 'Bearer secret')).toBe(true);
    expect(place.received.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('keeps the file that is there when the new one ends early', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const out = join(folder, 'a.parquet');
    writeFileSync(out, 'before');
    const ran = await gordon(['data', 'spot_klines', '--out', out], { api });
    server.close();
    expect([ran.code, ran.stderr]).toEqual([
      1,
      expect.stringMatching(/^gordon-data: .* does not answer .*\n$/),
    ]);
    expect([readdirSync(folder), readFileSync(out, 'utf8')]).toEqual([['a.parquet'], 'before']);
  });

  it('says what the API refuses, in one line', async () => {
    await using api = await fakeApi({ [ROUTE]: problem(400, 'unknown-column', 'columns: no such column.') });
    const out = join(folder, 'a.csv');
    const ran = await gordon(['data', 'spot_klines', '--out', out], { api: api.url });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: 'gordon-data: columns: no such column.\n' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [['--format', 'xml'], /argument 'xml' is invalid/],
    [['--json'], /name one with --out/],
    [['--from', 'soon'], /Write a day/],
  ])('refuses %j', async (args, message) => {
    const ran = await gordon(['data', 'spot_klines', ...args]);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('does not write Parquet onto a terminal, nor a file where it may not', async () => {
    const terminal = fakeTerminal({ tty: { out: true } });
    expect(await gordon(['data', 'spot_klines', '--format', 'parquet'], { terminal })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name a file with --out'),
    });
    await using api = await fakeApi({ [ROUTE]: CSV });
    const out = join(folder, 'no', 'such', 'a.csv');
    const ran = await gordon(['data', 'spot_klines', '--out', out], { api: api.url });
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(out)]);
  });
});
