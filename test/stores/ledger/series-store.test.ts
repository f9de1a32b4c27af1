import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesStore } from '../../../functions/core/ledger/ports.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { describeSeriesStore } from '../../conformance/series-store.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, candles, JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

describeSeriesStore(postgresWarehouse);

let database: TestDatabase;
let sql: Sql;
let store: SeriesStore;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ role: 'gordon_writer' });
  store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 + 30 * DAY });
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`delete from market_data.spot_klines`;
  await sql`delete from market_data.coverage`;
});

const rowCount = async (): Promise<number> => {
  const [row] = await sql<{ n: number }[]>`select count(*) as n from market_data.spot_klines`;
  return row!.n;
};

describe('COPY', () => {
  it('lets more fetchers come with many rows than there are places at a table, one after the other', async () => {
    const wide = database.connect({ role: 'gordon_writer', max: 12 });
    const many = createSeriesStore(wide, { tables: () => SPOT, clock: () => T0 });
    const set = [minutes(0, 10_000)];
    const pages = Array.from({ length: 12 }, (_, n) => {
      const series = { ...BTC, symbol: `WIDE${n}` };
      return pageOf(set, { series, rows: candles(set, series) });
    });
    const rows = await Promise.all(pages.map((page) => many.commit([page], JOB)));
    expect(rows).toEqual(pages.map(() => 10_000));
  });

  it('gives the rows back once they are committed, not before: a page that has to be merged is read again', async () => {
    const stored: number[] = [];
    const page = (price: number) => {
      const rows = candles([minutes(0, 10)], BTC, () => price);
      return pageOf([minutes(0, 10)], { rows: { ...rows, release: () => stored.push(price) } });
    };
    await store.commit([page(1)], JOB);
    await sql`delete from market_data.coverage`;
    expect(await store.commit([page(2)], JOB)).toBe(10);
    const [row] = await sql<{ open: number }[]>`select min(open) as open from market_data.spot_klines`;
    expect(row).toEqual({ open: 2 });
    const refused = page(3);
    (refused.rows.columns[3] as Float64Array)[5] = Number.NaN;
    await expect(
      store.commit([{ ...refused, have: [minutes(0, 10)], series: { ...BTC, symbol: 'X' } }], JOB),
    ).rejects.toThrow();
    expect(stored).toEqual([1, 2]);
  });

  it('leaves neither rows nor account when the server refuses a row at the end', async () => {
    const rows = candles([minutes(0, 3_000)]);
    (rows.columns[3] as Float64Array)[2_999] = Number.NaN;
    await expect(store.commit([pageOf([minutes(0, 3_000)], { rows })], JOB)).rejects.toMatchObject({
      name: 'PermanentError',
      subject: 'klines_spot BTCUSDT 1m',
      message: expect.stringContaining('null value in column "open"'),
    });
    expect(await rowCount()).toBe(0);
    expect(await store.missing(BTC, minutes(0, 10))).toEqual([minutes(0, 10)]);
    expect(await store.commit([pageOf([minutes(0, 10)])], JOB)).toBe(10);
  });

  it('gives up a page with a value that no column can hold, in the middle of the stream', async () => {
    const rows = candles([minutes(0, 40_000)]);
    (rows.columns[9] as Float64Array)[39_000] = 1.5;
    await expect(store.commit([pageOf([minutes(0, 40_000)], { rows })], JOB)).rejects.toMatchObject({
      code: 'unfit-value',
    });
    expect(await rowCount()).toBe(0);
    expect(await store.commit([pageOf([minutes(0, 10)])], JOB)).toBe(10);
  });
});
