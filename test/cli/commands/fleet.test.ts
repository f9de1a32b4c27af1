import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, fakeApi, problem } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { job, ordered, reported, view } from '../support/samples.ts';

let folder: string;
let file: string;
const open: FakeApi[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-fleet-'));
  file = join(folder, 'fleet.json');
});
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
  rmSync(folder, { recursive: true });
});

const serve = async (routes: Parameters<typeof fakeApi>[0]): Promise<FakeApi> => {
  const api = await fakeApi(routes);
  open.push(api);
  return api;
};
const write = (fleet: object): void => writeFileSync(file, JSON.stringify(fleet));
const table = () => JSON.parse(readFileSync(file, 'utf8'));
const fleet = (...words: readonly string[]) => gordon(['fleet', ...words], { env: { GORDON_FLEET: file } });

describe('fleet report', () => {
  const two = async () => {
    const a = await serve({ 'GET /backfill/report': { body: [reported({ symbol: 'ETHUSDT', rows: 7 })] } });
    const b = await serve({
      'GET /backfill/report': { body: [reported({ symbol: 'BTCUSDT', rows: 1_000 })] },
    });
    write({ warehouses: { a: a.url, b: b.url }, symbols: { BTCUSDT: 'b', ETHUSDT: 'a' } });
    return { a, b };
  };

  it('has the series of all warehouses in one order, and what each of them has', async () => {
    const { a } = await two();
    const { code, stdout, stderr } = await fleet('report', '--source', 'klines');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/klines_spot +BTCUSDT .*\nklines_spot +ETHUSDT /);
    expect(stdout).toMatch(/\na: 1 series, 7 rows\nb: 1 series, 1,000 rows\n$/);
    expect(a.received.at(-1)!.path).toBe('/backfill/report?source=klines');
  });

  it('has the warehouse of each series in its document', async () => {
    await two();
    const { stdout } = await fleet('report', '--json');
    expect(
      JSON.parse(stdout).map(
        (one: object) => 'symbol' in one && 'warehouse' in one && [one.symbol, one.warehouse],
      ),
    ).toEqual([
      ['BTCUSDT', 'b'],
      ['ETHUSDT', 'a'],
    ]);
  });

  it('names a warehouse that does not answer, shows the others and ends with 1', async () => {
    const { b } = await two();
    await b.close();
    const { code, stdout, stderr } = await fleet('report');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^gordon-data: b is left out: .+\n$/);
    expect(stdout).toContain('ETHUSDT');
    expect(stdout).not.toContain('BTCUSDT ');
  });

  it('shows what lies elsewhere than the table has it, as in the middle of a move', async () => {
    await two();
    write({ ...table(), symbols: { BTCUSDT: 'a' } });
    const { code, stdout } = await fleet('report');
    expect(code).toBe(0);
    expect(stdout).toContain('klines_spot BTCUSDT is in b, and the table has it in a\n');
    expect(stdout).toContain('klines_spot ETHUSDT is in a, and the table has it nowhere\n');
  });

  it('says which series the symbol’s own warehouse does not have yet, before a purge would lose it', async () => {
    const { b } = await two();
    const late = await serve({
      'GET /backfill/report': {
        body: [
          reported({ symbol: 'BTCUSDT' }),
          reported({ symbol: 'BTCUSDT', timeframe: '1h' }),
          reported({ symbol: 'XRPUSDT' }),
        ],
      },
    });
    write({ warehouses: { b: b.url, late: late.url }, symbols: { BTCUSDT: 'b' } });
    const missing = (stdout: string) => stdout.split('\n').filter((line) => line.includes('yet'));
    expect(missing((await fleet('report')).stdout)).toEqual(['klines_spot BTCUSDT 1h is not in b yet']);
    await b.close();
    expect(missing((await fleet('report')).stdout)).toEqual([]);
  });

  it('ends with 1 for gaps where that is wanted', async () => {
    const gap = {
      from: '2025-01-01T00:00:00Z',
      to: '2025-01-02T00:00:00Z',
      rows: 1_440,
      cause: 'pending' as const,
    };
    const a = await serve({ 'GET /backfill/report': { body: [reported({ gaps: [gap] as never })] } });
    write({ warehouses: { a: a.url }, symbols: { BTCUSDT: 'a' } });
    expect((await fleet('report')).code).toBe(0);
    expect((await fleet('report', '--fail-on-gaps')).code).toBe(1);
  });
});

describe('fleet place', () => {
  const NAMES = { a: 'http://a.example', b: 'http://b.example' };
  const SYMBOLS = Array.from({ length: 60 }, (_, i) => `S${i}USDT`);

  it('spreads symbols, and a new warehouse moves none that has a place', async () => {
    write({ warehouses: NAMES });
    expect((await fleet('place', '--symbols', SYMBOLS.join(','))).code).toBe(0);
    const before = table().symbols;
    expect(Object.keys(before)).toHaveLength(60);
    const inA = Object.values(before).filter((name) => name === 'a').length;
    expect(inA).toBeGreaterThan(15);
    expect(inA).toBeLessThan(45);
    write({ ...table(), warehouses: { ...NAMES, c: 'http://c.example' } });
    await fleet('place', '--symbols', [...SYMBOLS, ...SYMBOLS.map((symbol) => `N${symbol}`)].join(','));
    expect(table().symbols).toMatchObject(before);
    expect(Object.values(table().symbols)).toContain('c');
  });

  it('moves the entry of a symbol where a warehouse is named', async () => {
    write({ warehouses: NAMES, symbols: { BTCUSDT: 'a' } });
    const { code, stdout } = await fleet('place', '--symbols', 'BTCUSDT', '--in', 'b');
    expect([code, stdout, table().symbols]).toEqual([0, 'b: BTCUSDT\n', { BTCUSDT: 'b' }]);
  });

  it.each([
    [undefined, 'does not exist: write {"warehouses"'],
    ['{', 'is not a JSON document'],
    ['{"warehouses": {}}', 'there is no warehouse'],
    ['{"warehouses": {"a": "db.example"}}', 'warehouses.a: '],
    ['{"warehouses": {"a": "http://a"}, "symbols": {"X": "b"}}', 'X is placed in "b"'],
  ])('refuses a table that is none: %s', async (text, message) => {
    if (text !== undefined) writeFileSync(file, text);
    const { code, stderr } = await fleet('place', '--symbols', 'BTCUSDT');
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('fleet trigger', () => {
  const accepts = (id: string) => ({ 'POST /backfill': { status: 202, body: ordered(view(job({ id }))) } });

  it('orders each symbol in its warehouse', async () => {
    const a = await serve(accepts('01JD6Z8X5Q0000000000000001'));
    const b = await serve(accepts('01JD6Z8X5Q0000000000000002'));
    write({ warehouses: { a: a.url, b: b.url }, symbols: { BTCUSDT: 'b', ETHUSDT: 'a', SOLUSDT: 'b' } });
    const ran = await fleet(
      'trigger',
      'klines',
      '--symbols',
      'BTCUSDT,ETHUSDT,SOLUSDT',
      '--from',
      '2025-01-01',
    );
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^b: job 01JD6Z8X5Q0000000000000002 .*\na: job 01JD6Z8X5Q0000000000000001 /);
    const bodies = [a, b].map(({ received }) => received.at(-1)!.body);
    expect(bodies).toEqual([
      { source: 'klines', symbols: ['ETHUSDT'], from: '2025-01-01' },
      { source: 'klines', symbols: ['BTCUSDT', 'SOLUSDT'], from: '2025-01-01' },
    ]);
  });

  it('orders all that a warehouse has, four hundred symbols at a time', async () => {
    const a = await serve(accepts('01JD6Z8X5Q0000000000000001'));
    const symbols = Array.from({ length: 401 }, (_, i) => `S${i}USDT`);
    write({ warehouses: { a: a.url }, symbols: Object.fromEntries(symbols.map((symbol) => [symbol, 'a'])) });
    const { stdout } = await fleet('trigger', 'klines', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ warehouse: 'a' }, { warehouse: 'a' }]);
    const ordersOf = a.received.map(({ body }) => (body as { symbols: string[] }).symbols);
    expect(ordersOf.map(({ length }) => length)).toEqual([400, 1]);
    expect(ordersOf.flat()).toEqual(symbols);
  });

  it('refuses a symbol without a place before it orders anything', async () => {
    const a = await serve(accepts('01JD6Z8X5Q0000000000000001'));
    write({ warehouses: { a: a.url }, symbols: { BTCUSDT: 'a' } });
    const { code, stderr } = await fleet('trigger', 'klines', '--symbols', 'BTCUSDT,NEWUSDT');
    expect(code).toBe(2);
    expect(stderr).toContain('no warehouse has NEWUSDT: gordon-data fleet place --symbols NEWUSDT');
    expect(a.received).toEqual([]);
  });

  it('shows what was ordered when the next warehouse refuses', async () => {
    const a = await serve(accepts('01JD6Z8X5Q0000000000000001'));
    const b = await serve({ 'POST /backfill': problem(422, 'unknown-symbol', 'XUSDT: no venue lists it.') });
    write({ warehouses: { a: a.url, b: b.url }, symbols: { BTCUSDT: 'a', XUSDT: 'b' } });
    const { code, stdout, stderr } = await fleet('trigger', 'klines', '--symbols', 'BTCUSDT,XUSDT');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^a: job /);
    expect(stderr).toContain('no venue lists it');
  });
});
