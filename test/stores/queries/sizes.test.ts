import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TableSize, tableSizes } from '../../../functions/core/queries/sizes.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { Batch } from '../../../functions/core/series/table.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { klineCsvParser } from '../../../functions/sources/binance/klines/kline-csv.ts';
import { sources } from '../../../functions/sources/index.ts';
import { commitPages } from '../../../functions/stores/ledger/commit-pages.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createCoverageQueries } from '../../../functions/stores/queries/coverage-queries.ts';
import { createSizeSamples } from '../../../functions/stores/queries/size-samples.ts';
import { parseKey } from '../../../simulator/binance-archive/keys.ts';
import { klinesCsv } from '../../../simulator/binance-archive/klines-csv.ts';
import { Outages } from '../../../simulator/frame/faults/outages.ts';
import { contractOf } from '../../../simulator/market/contracts.ts';
import { SimMarket } from '../../../simulator/market/market.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../../helpers/timescale.ts';
import { BTC, candles, JOB, pageOf, SPOT, T0 } from '../klines.ts';

const month = [{ start: T0, end: T0 + 31 * DAY }];
const ROWS = 31 * 1_440;

const load = (sql: Sql, series: Series, at: number): Promise<number> =>
  commitPages(sql, SPOT, [pageOf(month, { series, rows: candles(month, series) })], { ...JOB, at });

/** A benchmark names more symbols than the one whose bytes are asserted: `SIZES_OF=BTCUSDT,ETHUSDT`. */
const SYMBOLS = (process.env.SIZES_OF ?? BTC.symbol).split(',');

/** Candles as a market has them: digits that repeat would compress too well. */
function simulatedMonth(series: Series): Batch {
  const { symbol } = series;
  const object = parseKey(`data/spot/monthly/klines/${symbol}/1m/${symbol}-1m-2025-03.zip`)!;
  const parser = klineCsvParser(series);
  const market = new SimMarket(1, new Outages());
  for (const piece of klinesCsv(market, contractOf('spot', symbol)!, object)) {
    if (parser.push(piece)) throw new Error('a month is one batch');
  }
  return parser.end()!.batch;
}

async function sizesIn(sql: Sql): Promise<ReadonlyMap<string, TableSize>> {
  const queries = createCoverageQueries(sql);
  const sizes = tableSizes(await queries.sizes(), await queries.ledgerRows(), sources);
  return new Map(sizes.map((size) => [size.name, size]));
}

describe('sizes on plain PostgreSQL, as a reader', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const writer = database.connect();
    await load(writer, BTC, T0);
    await load(writer, { ...BTC, symbol: 'ETHUSDT' }, T0);
  });
  afterAll(() => database?.[Symbol.asyncDispose]());

  it('have heap and indexes of each table, the largest first, and rows of the ledger', async () => {
    const sizes = await sizesIn(database.connect({ role: 'gordon_reader' }));
    const [first] = [...sizes.keys()];
    expect(first).toBe('spot_klines');
    const { heap, indexes, total, ...spot } = sizes.get('spot_klines')!;
    expect(spot).toMatchObject({ rows: 2 * ROWS, countedBy: 'ledger', columnstore: 0 });
    expect(total).toBe(heap + indexes);
    // Columns and key of a row as they are aligned, with free space of pages that are filled in order.
    expect(heap / spot.rows).toBeGreaterThan(116);
    expect(heap / spot.rows).toBeLessThan(130);
    expect(indexes / spot.rows).toBeGreaterThan(36);
    // Full pages: nine tenths full they would take 41.
    expect(indexes / spot.rows).toBeLessThan(39);
    expect(spot.bytesPerRow).toBe(total / spot.rows);
    expect(sizes.get('price_klines')).toMatchObject({ rows: 0, countedBy: 'ledger' });
    expect(sizes.get('price_klines')).not.toHaveProperty('bytesPerRow');
    expect(sizes.get('coverage')).toMatchObject({ countedBy: 'statistics', columnstore: 0 });
    expect([...sizes.keys()]).toContain('price_klines_1d');
    expect([...sizes.keys()]).not.toContain('schema_version');
  });

  it('are measured once an hour and kept for ninety days, for whoever wants to know how they grow', async () => {
    let now = Date.UTC(2025, 5, 1, 12);
    const samples = createSizeSamples(database.connect({ role: 'gordon_writer' }), () => now);
    const history = (since: number) =>
      createCoverageQueries(database.connect({ role: 'gordon_reader' })).sizeHistory(since);
    const first = now;
    expect(await samples.sample()).toBeGreaterThan(10);
    now += 40 * MINUTE;
    expect(await samples.sample()).toBe(0);
    now += 20 * MINUTE;
    await samples.sample();
    const spot = (await history(0)).filter(({ name }) => name === 'spot_klines');
    expect(spot.map(({ at }) => at)).toEqual([first, first + HOUR]);
    expect(spot[0]!.bytes).toBe((await sizesIn(database.connect())).get('spot_klines')!.total);
    expect((await history(first + 1)).map(({ at }) => at)).not.toContain(first);
    now = first + 90 * DAY + 1;
    await samples.sample();
    expect((await history(0)).map(({ at }) => at)).not.toContain(first);
    expect((await history(0)).map(({ at }) => at)).toContain(first + HOUR);
  });
});

describe.skipIf(timescaleAbsent)('sizes on TimescaleDB', () => {
  let db: TestTimescale;
  beforeAll(async () => {
    db = await startTimescale();
  });
  afterAll(() => db?.close());

  it('have chunks with their tables, and apart what the columnstore holds', async () => {
    for (const symbol of SYMBOLS) {
      const series = { ...BTC, symbol };
      const page = pageOf(month, { series, rows: simulatedMonth(series) });
      await commitPages(db.sql, SPOT, [page], { ...JOB, at: T0 });
    }
    const all = SYMBOLS.length * ROWS;
    const before = (await sizesIn(db.sql)).get('spot_klines')!;
    expect(before).toMatchObject({ rows: all, countedBy: 'ledger', columnstore: 0 });
    expect(before.heap / all).toBeGreaterThan(116);
    await db.exec(`select compress_chunk(c) from show_chunks('market_data.spot_klines') c`);
    const after = (await sizesIn(db.sql)).get('spot_klines')!;
    expect(after.columnstore).toBeGreaterThan(0);
    expect(after.total).toBe(after.heap + after.indexes + after.columnstore);
    expect(after.heap + after.indexes).toBeLessThan((before.heap + before.indexes) / 10);
    console.info(`bytes of a simulated candle of ${SYMBOLS.join(', ')}`, {
      rowstore: before.bytesPerRow,
      columnstore: after.bytesPerRow,
    });
    // Of that 2.5 are pages that each chunk has, however few its rows.
    expect(after.bytesPerRow).toBeLessThan(68);
  });

  it('have the continuous aggregates, and no table of the extension', async () => {
    const names = [...(await sizesIn(db.sql)).keys()];
    expect(names).toContain('price_klines_1d');
    expect(names).toContain('coverage');
    expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
  });
});
