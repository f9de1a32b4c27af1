import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { createHandler as auditHandler } from '../../../functions/schedules/audit-gaps.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { startTestHost } from '../../helpers/host.ts';

const LAST_BEFORE = 52;

/** The migrations up to the schema in which a silence of up to eight hours counted as complete. */
function formerMigrations(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
  for (const file of globSync('sql/**/*.sql')) {
    if (Number(basename(file).slice(0, 4)) > LAST_BEFORE) continue;
    cpSync(file, join(folder, file.slice('sql/'.length)));
  }
  return folder;
}

it('a database in which a lost settlement counted as there requests it again by itself', async () => {
  const database = await createTestDatabase('empty');
  const folder = formerMigrations();
  expect((await migrate(database.url, { folder })).version).toBe(LAST_BEFORE);
  rmSync(folder, { recursive: true });
  const sql = database.connect();
  // As the former rules left them: two 4-hourly series that lack 08:00 of a day, one of which says 8 hours there, and a whole one.
  const series = [
    { source: 'funding_binance', venue: 'binance', symbol: 'AVAXUSDT', hours: 4, lost: '2024-05-10T08:00Z' },
    { source: 'funding_bybit', venue: 'bybit', symbol: 'NEWUSDT', hours: 4, lost: '2025-09-10T08:00Z' },
    { source: 'funding_binance', venue: 'binance', symbol: 'BTCUSDT', hours: 8, lost: null },
  ];
  for (const { source, venue, symbol, hours, lost } of series) {
    const month = lost?.slice(0, 7) ?? '2024-05';
    const [from, to] = [`${month}-01`, month === '2024-05' ? '2024-06-01' : '2025-10-01'];
    await sql`
      insert into market_data.series (source, symbol, timeframe, requested, listed_at)
      values (${source}, ${symbol}, '1h', tstzmultirange(tstzrange(${from}, ${to})), '2020-01-01')`;
    const { count } = await sql`
      insert into market_data.funding_rates (venue, symbol, time, raw_time, rate, interval_hours)
      select ${venue}, ${symbol}, t, t, 0, case when t - ${hours} * interval '1 hour' = ${lost} then 8 else ${hours} end
      from generate_series(${from}::timestamptz, ${to}::timestamptz - interval '1 second', ${hours} * interval '1 hour') t
      where t is distinct from ${lost}::timestamptz`;
    await sql`
      insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      values (${source}, ${symbol}, '1h', tstzrange(${from}, ${to}), 'have', ${count}, 'former', 'former', now())`;
  }

  await using at = await startTestHost({}, undefined, {}, database);
  const kept = await at.sql`
    select source || ' ' || symbol as series, rows from market_data.coverage where state = 'have'`;
  expect(kept).toEqual([{ series: 'funding_binance BTCUSDT', rows: 93 }]);
  // What a value of then could be known at stands beside it as well.
  const [known] = await at.sql`
    select count(*)::int as rows, bool_and(known_at = raw_time) as by_rule from market_data.funding_rates`;
  expect(known).toEqual({ rows: 31 * 6 - 1 + 30 * 6 - 1 + 93, by_rule: true });

  const { jobs } = (await auditHandler(async () => at.host.services)({}, {} as never)) as { jobs: string[] };
  expect(jobs.length).toBe(2);
  for (const id of jobs) expect(await at.wait(id)).toMatchObject({ status: 'succeeded' });
  for (const { venue, symbol, hours, lost } of series) {
    if (lost === null) continue;
    const day = lost.slice(0, 10);
    const rows = await at.sql`
      select extract(hour from time at time zone 'UTC')::int as hour, interval_hours as hours from market_data.funding_rates
      where venue = ${venue} and symbol = ${symbol} and time >= ${day}::timestamptz
        and time < ${day}::timestamptz + interval '1 day' order by time`;
    expect(rows).toEqual([0, 4, 8, 12, 16, 20].map((hour) => ({ hour, hours })));
  }
  const { body } = await at.ask<{ symbol: string; gaps: unknown[]; empty: unknown[] }[]>('/backfill/report');
  expect(body.map(({ symbol, gaps, empty }) => [symbol, gaps, empty])).toEqual([
    ['AVAXUSDT', [], []],
    ['BTCUSDT', [], []],
    ['NEWUSDT', [], []],
  ]);
});
