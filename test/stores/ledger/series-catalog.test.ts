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

  it('reads a ledger in time that grows with its spans, not with their square', async () => {
    /** The best of three readings of a ledger with so many spans and as many gaps; ms. */
    const timeOf = async (symbol: string, spans: number): Promise<number> => {
      const series = { ...BTC, symbol };
      const range = { start: T0, end: T0 + spans * HOUR };
      await catalog.request(series, range);
      await sql`
        insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
        select 'klines_spot', ${symbol}, '1m', tstzrange(at, at + interval '30 minutes'), 'have', 30, 'j', 'c', at
        from generate_series(${new Date(T0)}::timestamptz, ${new Date(T0 + (spans - 1) * HOUR)}, interval '1 hour') at`;
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 3; i++) {
        const began = performance.now();
        const [report] = await catalog.report({ symbols: [symbol] });
        const missing = await catalog.missing(series, range);
        best = Math.min(best, performance.now() - began);
        expect(report).toMatchObject({ rows: spans * 30, gaps: { length: spans } });
        expect(missing).toHaveLength(spans);
      }
      return best;
    };
    const few = await timeOf('ETHUSDT', 500);
    // Eight times as many: 8 times the time, or 64 times if it were their square.
    expect((await timeOf('BTCUSDT', 4_000)) / few).toBeLessThan(32);
  });
});
