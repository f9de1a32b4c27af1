import { describe, expect, it } from 'vitest';
import { fakeApi, problem } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';

const SIZES = [
  {
    name: 'spot_klines',
    rows: 1_051_200,
    counted_by: 'ledger',
    heap_bytes: 132_451_200,
    index_bytes: 43_100_160,
    columnstore_bytes: 0,
    total_bytes: 175_551_360,
    bytes_per_row: 167,
  },
  {
    name: 'findings',
    rows: 0,
    counted_by: 'statistics',
    heap_bytes: 8_192,
    index_bytes: 812,
    columnstore_bytes: 0,
    total_bytes: 9_004,
    bytes_per_row: null,
  },
];

describe('sizes', () => {
  it('shows rows and bytes of each table, and of all together', async () => {
    await using api = await fakeApi({ 'GET /backfill/sizes': { body: SIZES } });
    const { code, stdout } = await gordon(['sizes'], { api: api.url });
    expect(code).toBe(0);
    expect(stdout).toBe(`Table             Rows      Heap  Indexes  Columnstore     Total  Bytes a row
spot_klines  1,051,200  132.5 MB  43.1 MB            0  175.6 MB        167.0
findings             -    8.2 kB    812 B            0    9.0 kB            -
all                     132.5 MB  43.1 MB            0  175.6 MB
`);
  });

  it('marks what the database only estimates', async () => {
    const estimated = { ...SIZES[0]!, name: 'coverage', rows: 24, counted_by: 'statistics' };
    await using api = await fakeApi({ 'GET /backfill/sizes': { body: [estimated] } });
    expect((await gordon(['sizes'], { api: api.url })).stdout).toMatch(/^coverage +~24 /m);
  });

  it('prints the answer as one document', async () => {
    await using api = await fakeApi({ 'GET /backfill/sizes': { body: SIZES } });
    const { code, stdout } = await gordon(['sizes', '--json'], { api: api.url });
    expect([code, JSON.parse(stdout)]).toEqual([0, SIZES]);
  });

  it('ends with 1 and one line where the database is away', async () => {
    const away = problem(503, 'database-failed', 'the tables: connection refused.');
    await using api = await fakeApi({ 'GET /backfill/sizes': away });
    const { code, stdout, stderr } = await gordon(['sizes'], { api: api.url });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
