/**
 * `npm run bench:reading`: what reading the ledger of many series takes: the report, the coverage, and what the schedules read
 * each minute. The ledger is made by SQL: `SERIES` (10,000) of five years, a span for each month and for each of the newest
 * minutes of two hours, which no compaction has joined yet. Then what a chart takes in `YEARS` (100) years of minutes of as many
 * symbols, 170 bytes a row, before long candles are kept of them and after; the rows are made by SQL too.
 */
import { createHash } from 'node:crypto';
import { auditGaps } from '../functions/core/schedules/audit.ts';
import { refreshTails } from '../functions/core/schedules/refresh.ts';
import { HOUR, MINUTE } from '../functions/core/time/time.ts';
import { connect, type Sql } from '../functions/stores/postgres/postgres.ts';
import { startHost } from '../host/host.ts';
import { countCpu } from './growth/gauges.ts';
import { inFolder, unlessInterrupted } from './temporary-folder.ts';

const SERIES = Number(process.env.SERIES ?? 10_000);
const NOW = Date.UTC(2026, 0, 15, 12);
let clock = NOW;
const YEARS = Number(process.env.YEARS ?? 100);
const ROUNDS = 5;
/** Bars of a chart of the console. */
const BARS = 500;

async function fill(sql: Sql, source: string, count: number): Promise<void> {
  const symbols = sql`(
    select 'S' || lpad(i::text, 5, '0') || 'USDT' as symbol from generate_series(0, ${count - 1}::int) i) s`;
  await sql`
    insert into market_data.series (source, symbol, timeframe, requested, followed, first_requested_at)
    select ${source}, symbol, '1m', '{[2021-01-01Z,2026-01-15 12:00Z)}', true, '2025-01-01Z' from ${symbols}`;
  await sql`
    insert into market_data.coverage
      (source, symbol, timeframe, span, state, rows, object, sha256, job_id, chunk, fetched_at)
    select ${source}, symbol, '1m', tstzrange(m, until), 'have', extract(epoch from until - m) / 60, 'an object',
      ${createHash('sha256').digest('hex')}, 'a job', 'a chunk', '2026-01-15Z'
    from ${symbols}, generate_series('2021-01-01Z'::timestamptz, '2026-01-01Z', '1 month') m,
      least(m + interval '1 month', '2026-01-15 10:00Z') until`;
  await sql`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, object, job_id, chunk, fetched_at)
    select ${source}, symbol, '1m', tstzrange(m, m + interval '1 minute'), 'have', 1, 'GET', 'job ' || m, 'a chunk', m
    from ${symbols}, generate_series('2026-01-15 10:00Z'::timestamptz, '2026-01-15 11:58Z', '1 minute') m`;
}

async function fillRows(sql: Sql): Promise<void> {
  // The series before have no rows, and long candles would be kept of them first.
  await sql`truncate market_data.coverage`;
  for (let i = 0; i < YEARS; i++) {
    await sql`
      insert into market_data.spot_klines
      select ${`R${i}USDT`}, '1m', t, 20000 + n % 977, 20100 + n % 991, 19900 + n % 983, 20050 + n % 997 / 3.0, n % 1000 / 7.0,
        n % 1009 * 11.3, n % 311, n % 500 / 9.0, n % 733 * 3.7
      from generate_series('2025-01-01Z'::timestamptz, '2025-12-31 23:59Z', '1 minute') with ordinality as minutes (t, n)`;
  }
  await sql`vacuum analyze market_data.spot_klines`;
  await sql`
    insert into market_data.series (source, symbol, timeframe, requested)
    select 'klines_spot', 'R' || i || 'USDT', '1m', '{[2025-01-01Z,2026-01-01Z)}' from generate_series(0, ${YEARS - 1}::int) i`;
  await sql`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, object, job_id, chunk, fetched_at)
    select 'klines_spot', 'R' || i || 'USDT', '1m', tstzrange(m, m + interval '1 month'), 'have',
      extract(epoch from m + interval '1 month' - m) / 60, 'an object', 'a job', 'a chunk', '2026-01-15Z'
    from generate_series(0, ${YEARS - 1}::int) i, generate_series('2025-01-01Z'::timestamptz, '2025-12-01Z', '1 month') m`;
}

const chart = (i: number, query: string): string =>
  `/data/spot_klines?source=klines_spot&symbol=R${(i * 37) % YEARS}USDT&timeframe=1m&limit=${BARS}&${query}`;

await inFolder('reading', async (folder) => {
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    simulated: false,
    durable: false,
    clock: () => clock,
  });
  const sql = connect(host.databaseUrl, { max: 1 });
  const api = `http://127.0.0.1:${host.ports.jobs}`;
  const get = async (path: string): Promise<number> => {
    const answer = await fetch(api + path);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text.length;
  };
  const works: readonly (readonly [string, () => Promise<unknown>])[] = [
    [`report of ${SERIES} series`, () => host.services.catalog.report({ sources: ['klines_spot'] })],
    [`GET /backfill/report`, () => get('/backfill/report?source=klines_spot')],
    ['GET /backfill/coverage of 1,000 series, by day', () => get('/backfill/coverage?source=klines_perp')],
    [
      'ledger of 1,000 series, as the coverage reads it',
      () => host.services.queries.accounts({ sources: ['klines_perp'] }),
    ],
    [
      'a turn of refresh, orders included',
      async () => {
        await host.services.catalog.recount(MINUTE);
        for (const id of await refreshTails(host.services)) await host.services.jobs.cancel(id);
      },
    ],
    [
      'a turn of keeping long candles, all of them kept',
      () => host.services.candleKeeper.keepCandles(MINUTE),
    ],
    [
      'a turn of audit-gaps without its count of rows',
      async () => {
        // Its lease is due again, and so are those of the gaps.
        clock += HOUR;
        const uncounted = { recount: async () => ({ lost: 0, left: 0 }), reconcile: async () => [] };
        const audit = await auditGaps({
          ...host.services,
          auditEveryMs: HOUR,
          catalog: { ...host.services.catalog, ...uncounted },
        });
        for (const id of audit!.jobs) await host.services.jobs.cancel(id);
      },
    ],
  ];
  const charts: readonly (readonly [string, (round: number) => Promise<unknown>])[] = [
    '1m',
    '1h',
    '4h',
    '12h',
    '1d',
  ].flatMap((every) => [
    [`chart of the newest ${BARS} bars of ${every}`, (round) => get(chart(round, `every=${every}`))] as const,
    [
      `chart of ${BARS} bars of ${every} that end in November`,
      (round) => get(chart(round, `every=${every}&to=2025-11-30`)),
    ] as const,
  ]);
  const measured = async (): Promise<void> => {
    await fill(sql, 'klines_spot', SERIES);
    await fill(sql, 'klines_perp', 1_000);
    await sql`vacuum analyze market_data.coverage, market_data.series`;
    // As the schedule does each minute.
    await host.services.catalog.recount(MINUTE);
    await sql`
      insert into market_data.kept_spans (source, symbol, timeframe, kept, changes)
      select source, symbol, timeframe, '{[2021-01-01Z,2026-01-15Z)}', 0 from market_data.series`;
    await timed(works);
    if (YEARS === 0) return;
    clock = NOW;
    await fillRows(sql);
    console.log(`nothing is kept of ${YEARS} symbol-years`);
    await timed(charts);
    await host.services.catalog.recount(MINUTE);
    await timed([[`long candles of ${YEARS} symbol-years`, () => keepAll()]], 1);
    await timed(charts);
  };
  const keepAll = async (): Promise<void> => {
    const days = await host.services.candleKeeper.keepCandles(HOUR);
    const [size] = await sql<{ bytes: number }[]>`
      select pg_total_relation_size('market_data.kept_candles')::float8 as bytes`;
    console.log(
      `${days} days of candles are kept, ${(size!.bytes / (YEARS * 525_600)).toFixed(2)} bytes a row of minutes`,
    );
  };
  const timed = async (all: typeof charts, rounds = ROUNDS): Promise<void> => {
    for (const [name, work] of all) {
      for (let round = 0; round < rounds; round++) {
        const cpu = await countCpu(sql);
        const began = performance.now();
        const result = await work(round);
        const { host: own, sessions } = cpu();
        const size = typeof result === 'number' ? `, ${result} bytes` : '';
        console.log(
          `${name}: ${((performance.now() - began) / 1_000).toFixed(3)} s, CPU ${own.toFixed(2)} s host, ${sessions.toFixed(2)} s PostgreSQL${size}`,
        );
      }
    }
  };
  try {
    await unlessInterrupted(measured());
  } finally {
    await sql.end();
    await host.close();
  }
});
