/**
 * `npm run bench:audit`: how long it takes to compare rows with the ledger: ten million, or as many as SYMBOLS says (years of 1m,
 * 19 by default; `SYMBOLS=19,190` goes on from ten to a hundred million, 17 GB). Rows are counted by span, and only the days that
 * are short are looked into, so the time should follow the rows that an index scan counts, and hardly the holes.
 */
import pMap from 'p-map';
import { AT_ONCE } from '../functions/core/schedules/audit.ts';
import type { Series } from '../functions/core/series/series.ts';
import { connect, type Sql } from '../functions/stores/postgres/postgres.ts';
import { type Host, startHost } from '../host/host.ts';
import { countCpu } from './growth/gauges.ts';
import { inFolder, unlessInterrupted } from './temporary-folder.ts';

const STAGES = (process.env.SYMBOLS ?? '19').split(',').map(Number);
const YEAR = { start: Date.UTC(2024, 0), end: Date.UTC(2025, 0) };
const HOLES = 1_000;

await inFolder('audit', async (folder) => {
  const ports = { jobs: 0, candles: 0, database: 0 };
  const host = await startHost({ folder, ports, simulated: false });
  const sql = connect(host.databaseUrl, { max: AT_ONCE });
  try {
    const all: Series[] = [];
    const measured = async (): Promise<void> => {
      for (const symbols of STAGES) await stage(host, sql, all, symbols);
    };
    await unlessInterrupted(measured());
  } finally {
    await sql.end();
    await host.close();
  }
});

/** Fills a growing number of symbols, and measures. */
async function stage(
  { services: { catalog } }: Host,
  sql: Sql,
  all: Series[],
  symbols: number,
): Promise<void> {
  const fresh = Array.from(
    { length: symbols - all.length },
    (_, i): Series => ({ source: 'klines_spot', symbol: `S${all.length + i}USDT`, timeframe: '1m' }),
  );
  const auditAll = async (): Promise<number> => {
    let steps = 0;
    const count = async (series: Series): Promise<void> => {
      for (const span of await catalog.reconcile(series, YEAR)) steps += (span.end - span.start) / 60_000;
    };
    await pMap(all, count, { concurrency: AT_ONCE });
    return steps;
  };
  await pMap(fresh, (series) => fill(sql, catalog, series), { concurrency: AT_ONCE });
  all.push(...fresh);
  await sql`vacuum (analyze) market_data.spot_klines`;
  const [{ rows, size }] = (await sql`
    select count(*)::int8 as rows, pg_relation_size('market_data.spot_klines_pkey') as size from market_data.spot_klines`) as never as [
    { rows: number; size: number },
  ];
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const cpu = await countCpu(sql);
    const began = performance.now();
    const result = await work();
    const ms = performance.now() - began;
    const nanoseconds = (seconds: number) => `${((seconds / rows) * 1e9).toFixed(0)} ns a row`;
    const processor = `of PostgreSQL's processor ${nanoseconds(cpu().sessions)}`;
    const each = `${nanoseconds(ms / 1_000)}, ${processor}, ${(ms / all.length).toFixed(1)} ms a series`;
    console.log(`${what}: ${(ms / 1_000).toFixed(2)} s, ${each}`);
    return result;
  };
  console.log(
    `${rows.toLocaleString('en')} rows of ${symbols} series, one ledger span for each month, ${(size / rows).toFixed(1)} bytes of key a row`,
  );
  await timed('audit, nothing missing', auditAll);
  // The first one also meets pages that are not written to the disk yet.
  await timed('the same once more', auditAll);
  await sql`delete from market_data.spot_klines where ctid in (
    select ctid from market_data.spot_klines tablesample system (1) limit ${HOLES})`;
  const lost = await timed(`audit, ${HOLES.toLocaleString('en')} rows deleted`, auditAll);
  if (lost !== HOLES) throw new Error(`${lost} lost rows were found instead of ${HOLES}`);
  await timed('report of all series', async () => (await catalog.report({})).length);
}

async function fill(sql: Sql, catalog: Host['services']['catalog'], series: Series): Promise<void> {
  await catalog.request(series, YEAR);
  await sql`
    insert into market_data.spot_klines (symbol, timeframe, open_time, open, high, low, close, volume, quote_volume, trades,
      taker_buy_volume, taker_buy_quote_volume)
    select ${series.symbol}, '1m', t, 1, 2, 0.5, 1.5, 10, 15, 3, 5, 7
    from generate_series(${new Date(YEAR.start)}::timestamptz, ${new Date(YEAR.end - 60_000)}::timestamptz, '1 minute') t`;
  await sql`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
    select ${series.source}, ${series.symbol}, '1m', tstzrange(m, m + interval '1 month'), 'have',
      extract(epoch from m + interval '1 month' - m) / 60, 'bench', 'bench', now()
    from generate_series(${new Date(YEAR.start)}::timestamptz, ${new Date(YEAR.end - 1)}::timestamptz, '1 month') m`;
}
