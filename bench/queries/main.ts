/**
 * `npm run bench:queries`: six queries that people type, on a year of 1m klines of BTC and ETH, spot and perpetual, that a job has
 * loaded. Run it in two checkouts to compare them: the median of `ROUNDS` (15) of each, in ms, and the bytes of a row.
 */
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { backfill } from '../peers/gordon-data.ts';
import { median } from '../peers/table.ts';
import { inWarehouse } from '../peers/warehouse.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const ORDER = { source: 'klines', symbols: ['BTCUSDT', 'ETHUSDT'], from: '2025-01-01', to: '2026-01-01' };
const ROWS = 4 * 525_600;

const QUERIES = {
  'the last candle of a symbol': `select * from market_data.spot_klines
    where symbol = 'ETHUSDT' and timeframe = '1m' order by open_time desc limit 1`,
  'a day of a symbol': `select * from market_data.spot_klines
    where symbol = 'BTCUSDT' and timeframe = '1m' and open_time >= '2025-06-10' and open_time < '2025-06-11' order by open_time`,
  'a year of a symbol': `select max(high), min(low), sum(volume) from market_data.spot_klines
    where symbol = 'BTCUSDT' and timeframe = '1m' and open_time >= '2025-01-01' and open_time < '2026-01-01'`,
  'an instant of all symbols': `select * from market_data.spot_klines
    where timeframe = '1m' and open_time = '2025-06-10 12:34' order by symbol`,
  'counts by symbol': 'select symbol, count(*), max(open_time) from market_data.spot_klines group by symbol',
  'spot beside perpetual, a month': `select avg(p.close / s.close - 1) from market_data.spot_klines s
    join market_data.perp_klines p using (symbol, timeframe, open_time)
    where s.symbol = 'BTCUSDT' and s.timeframe = '1m' and s.open_time >= '2025-03-01' and s.open_time < '2025-04-01'`,
};

await inWarehouse('queries', async (host) => {
  const sql = connect(host.databaseUrl, { max: 1 });
  try {
    await measured(sql, () => backfill(host, ROWS, ORDER));
  } finally {
    await sql.end();
  }
});

async function measured(sql: Sql, load: () => Promise<unknown>): Promise<void> {
  await load();
  await sql.unsafe('vacuum analyze market_data.spot_klines, market_data.perp_klines');
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const began = performance.now();
      await sql.unsafe(query);
      // The first one warms the cache.
      if (round >= 0) times.push(performance.now() - began);
    }
    console.log(`${name}: ${median(times).toFixed(1)} ms`);
  }
  const [size] = await sql<{ heap: number; key: number }[]>`
    select pg_table_size('market_data.spot_klines')::float8 as heap, pg_indexes_size('market_data.spot_klines')::float8 as key`;
  const each = (bytes: number): string => (bytes / (ROWS / 2)).toFixed(1);
  console.log(`a row of spot_klines: ${each(size!.heap)} bytes, and ${each(size!.key)} in its key`);
}
