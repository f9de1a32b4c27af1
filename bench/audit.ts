/**
 * `npm run bench:audit`: how long it takes to hold ten million rows against the ledger. Rows are counted by day, and only the days
 * that are short are looked into, so the time should follow the rows that an index scan counts, and hardly the holes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Series } from '../functions/core/series.ts';
import { connect } from '../functions/stores/postgres.ts';
import { startHost } from '../localstack/embedded/host.ts';

const SYMBOLS = Number(process.env.SYMBOLS ?? 19);
const YEAR = { start: Date.UTC(2024, 0), end: Date.UTC(2025, 0) };
const HOLES = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'gordon-audit-'));
const ports = { jobs: 0, candles: 0, database: 0 };
const host = await startHost({ folder, ports, simulated: false });
const sql = connect(host.databaseUrl, { max: 1 });
const { catalog } = host.services;
const all = Array.from(
  { length: SYMBOLS },
  (_, i): Series => ({ source: 'klines_spot', symbol: `S${i}USDT`, timeframe: '1m' }),
);
try {
  for (const series of all) await fill(series);
  await sql`vacuum (analyze) market_data.spot_klines`;
  const [{ rows }] = (await sql`select count(*)::int8 as rows from market_data.spot_klines`) as never as [
    { rows: number },
  ];
  console.log(`${rows.toLocaleString('en')} rows of ${SYMBOLS} series, one ledger span for each month`);
  await timed('audit, nothing missing', auditAll);
  await sql`delete from market_data.spot_klines where ctid in (
    select ctid from market_data.spot_klines tablesample system (1) limit ${HOLES})`;
  const lost = await timed(`audit, ${HOLES.toLocaleString('en')} rows deleted`, auditAll);
  if (lost !== HOLES) throw new Error(`${lost} lost rows were found instead of ${HOLES}`);
  await timed('report of all series', async () => (await catalog.report({})).length);
} finally {
  await sql.end();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
}

async function auditAll(): Promise<number> {
  let steps = 0;
  for (const series of all) {
    for (const span of await catalog.reconcile(series, YEAR)) steps += (span.end - span.start) / 60_000;
  }
  return steps;
}

async function fill(series: Series): Promise<void> {
  await catalog.request(series, YEAR);
  await sql`
    insert into market_data.spot_klines (symbol, timeframe, time, open, high, low, close, volume, quote_volume, trades,
      taker_buy_volume, taker_buy_quote_volume)
    select ${series.symbol}, '1m', t, 1, 2, 0.5, 1.5, 10, 15, 3, 5, 7
    from generate_series(${new Date(YEAR.start)}::timestamptz, ${new Date(YEAR.end - 60_000)}::timestamptz, '1 minute') t`;
  await sql`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
    select ${series.source}, ${series.symbol}, '1m', tstzrange(m, m + interval '1 month'), 'have',
      extract(epoch from m + interval '1 month' - m) / 60, 'bench', 'bench', now()
    from generate_series(${new Date(YEAR.start)}::timestamptz, ${new Date(YEAR.end - 1)}::timestamptz, '1 month') m`;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - began) / 1_000).toFixed(2)} s`);
  return result;
}
