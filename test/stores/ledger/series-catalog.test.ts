import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesCatalog } from '../../../functions/core/ledger/ports.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { createSeriesCatalog } from '../../../functions/stores/ledger/series-catalog.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { describeSeriesCatalog } from '../../conformance/series-catalog.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, minutes, SPOT, T0 } from '../klines.ts';

describeSeriesCatalog(postgresWarehouse);

let database: TestDatabase;
let sql: Sql;
let catalog: SeriesCatalog;
const now = T0 + 60 * DAY;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ role: 'gordon_writer' });
  catalog = createSeriesCatalog(sql, { tables: () => SPOT, clock: () => now });
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['coverage', 'series', 'open_requests']) {
    await sql`delete from market_data.${sql(table)}`;
  }
});

const days = (from: number, to: number) => minutes(from * 1440, to * 1440);

describe('report', () => {
  it('can be requested for some series, by one who only reads', async () => {
    for (const source of ['klines_perp', 'klines_spot']) {
      for (const symbol of ['BTCUSDT', 'ETHUSDT'])
        await catalog.request({ ...BTC, source, symbol }, days(0, 1));
    }
    const reader = createSeriesCatalog(database.connect({ role: 'gordon_reader' }), {
      tables: () => SPOT,
      clock: () => now,
    });
    const named = async (filter: Parameters<SeriesCatalog['report']>[0]) =>
      (await reader.report(filter)).map((r) => `${r.source} ${r.symbol}`);
    expect(await named({})).toHaveLength(4);
    expect(await named({ sources: ['klines_spot'] })).toEqual(['klines_spot BTCUSDT', 'klines_spot ETHUSDT']);
    expect(await named({ symbols: ['ETHUSDT'] })).toEqual(['klines_perp ETHUSDT', 'klines_spot ETHUSDT']);
    const both = ['BTCUSDT', 'ETHUSDT'];
    expect(await named({ sources: ['klines_perp'], symbols: both })).toHaveLength(2);
    expect(await named({ symbols: both, timeframe: '1m' })).toHaveLength(4);
    expect(await named({ symbols: both, timeframe: '1h' })).toEqual([]);
    expect(await named({ sources: [], symbols: ['ETHUSDT'] })).toEqual([]);
  });

  it('stays quick with a ledger of thousands of spans', async () => {
    await catalog.request(BTC, { start: T0, end: T0 + 4_000 * HOUR });
    await sql`
      insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      select 'klines_spot', 'BTCUSDT', '1m', tstzrange(at, at + interval '30 minutes'), 'have', 30, 'j', 'c', at
      from generate_series(${new Date(T0)}::timestamptz, ${new Date(T0 + 3_999 * HOUR)}, interval '1 hour') at`;
    const began = performance.now();
    const [report] = await catalog.report({});
    expect(report).toMatchObject({ rows: 120_000, gaps: { length: 4_000 } });
    expect(await catalog.missing(BTC, { start: T0, end: T0 + 4_000 * HOUR })).toHaveLength(4_000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
