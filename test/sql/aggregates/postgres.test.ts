import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../../functions/core/aggregates/aggregates.ts';
import { DAY, floorTo, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { createAggregateStore } from '../../../functions/stores/aggregates/aggregates.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import {
  daysOf,
  expectEqual,
  expectWithinLookbacks,
  history,
  holds,
  writeCandles,
  writeWithinLookbacks,
} from './candle-model.ts';

let database: TestDatabase;
let sql: Sql;
let store: AggregateStore;
beforeAll(async () => {
  database = await createTestDatabase();
  // What belongs to the database and not to its contents does not come with the template.
  await migrate(database.url);
  sql = database.connect({ role: 'gordon_writer' });
  store = createAggregateStore({ sql, owner: sql, clock: Date.now });
});
afterAll(() => database?.[Symbol.asyncDispose]());

const day = { start: Date.UTC(2024, 5, 1), end: Date.UTC(2024, 5, 2) };
const bucketsOf = async (table: string, symbol: string): Promise<string[]> => {
  const rows = await sql<{ bucket: Date }[]>`
    select bucket from ${sql(table)} where symbol = ${symbol} order by bucket`;
  return rows.map(({ bucket }) => bucket.toISOString().slice(0, 16));
};

describe('aggregates on plain PostgreSQL', () => {
  it('equal the candles after any history of writes, late rows, deletions and refreshes', async () => {
    let run = 0;
    const property = fc.asyncProperty(history, (rounds) => holds(sql, store, daysOf(run++), rounds));
    await fc.assert(property, { numRuns: 25 });
  }, 120_000);

  it('refresh whole buckets within the window, and nothing outside', async () => {
    await writeCandles(sql, 'WINUSDT', { start: day.start, end: day.start + 2 * HOUR }, 0);
    await sql`call refresh_continuous_aggregate('price_klines_15m', '2024-06-01 00:10Z', '2024-06-01 00:50Z')`;
    expect(await bucketsOf('price_klines_15m', 'WINUSDT')).toEqual(['2024-06-01T00:15', '2024-06-01T00:30']);
    await sql`call refresh_continuous_aggregate('price_klines_30m', '2024-06-01 00:10Z', '2024-06-01 01:50Z')`;
    expect(await bucketsOf('price_klines_30m', 'WINUSDT')).toEqual(['2024-06-01T00:30', '2024-06-01T01:00']);
  });

  it('are refreshed one by one: none needs another', async () => {
    const alone = { start: Date.UTC(2024, 7, 1), end: Date.UTC(2024, 7, 3) };
    await writeCandles(sql, 'ONEUSDT', alone, 7);
    await sql`call refresh_continuous_aggregate('price_klines_1d', '2024-08-01Z', '2024-08-03Z')`;
    await expectEqual(sql, alone, { names: ['price_klines_1d'] });
    expect(await bucketsOf('price_klines_12h', 'ONEUSDT')).toEqual([]);
  });

  it('have no bounds where none are given', async () => {
    await writeCandles(sql, 'ALLUSDT', day, 0);
    await sql`call refresh_continuous_aggregate('price_klines_15m', null, null)`;
    expect(await bucketsOf('price_klines_15m', 'ALLUSDT')).toHaveLength(96);
    await sql`delete from market_data.price_klines where symbol = 'ALLUSDT' and "timestamp" < '2024-06-01 12:00Z'`;
    await sql`call refresh_continuous_aggregate('market_data.price_klines_15m', '-infinity', 'infinity')`;
    expect(await bucketsOf('price_klines_15m', 'ALLUSDT')).toHaveLength(48);
  });

  it.each([
    [
      'less than a bucket',
      `'price_klines_1d', '2024-06-01Z', '2024-06-01 12:00Z'`,
      'refresh window too small',
    ],
    [
      'an end before the start',
      `'price_klines_1d', '2024-06-03Z', '2024-06-01Z'`,
      'refresh window too small',
    ],
    ['another table', `'price_klines', null, null`, 'is not a continuous aggregate'],
    ['no table', `'price_klines_2d', null, null`, 'does not exist'],
  ])('refuse %s', async (_what, args, words) => {
    await expect(sql.unsafe(`call refresh_continuous_aggregate(${args})`)).rejects.toThrow(words);
  });

  it('are refreshed of some symbols only where these are named, deletions too', async () => {
    const both = ['MINEUSDT', 'OTHERUSDT'];
    for (const symbol of both) await writeCandles(sql, symbol, day, 0);
    await store.refresh([day], { symbols: ['MINEUSDT'] });
    for (const { name } of AGGREGATES) expect(await bucketsOf(name, 'MINEUSDT')).not.toEqual([]);
    for (const { name } of AGGREGATES) expect(await bucketsOf(name, 'OTHERUSDT')).toEqual([]);
    await store.refresh([day]);
    await expectEqual(sql, day);
    await sql`delete from market_data.price_klines where symbol in ${sql(both)} and "timestamp" < '2024-06-01 12:00Z'`;
    await store.refresh([day], { symbols: ['MINEUSDT'] });
    expect(await bucketsOf('price_klines_12h', 'MINEUSDT')).toEqual(['2024-06-01T12:00']);
    expect(await bucketsOf('price_klines_12h', 'OTHERUSDT')).toHaveLength(2);
    await store.refresh([day]);
    await expectEqual(sql, day);
  });

  it('are refreshed at once in tables that were never analyzed: no bucket is looked for one by one', async () => {
    await using fresh = await createTestDatabase();
    const own = fresh.connect({ max: 1 });
    for (const table of ['price_klines', 'price_klines_30m'])
      await own.unsafe(`alter table market_data.${table} set (autovacuum_enabled = false)`);
    await writeCandles(own, 'LONGUSDT', { start: Date.UTC(2018, 0, 1), end: Date.UTC(2018, 6, 1) }, 0);
    const window = `'2018-01-01Z', '2018-07-01Z', options => '{"symbols":["LONGUSDT"]}'`;
    const call = () =>
      own.unsafe(`call market_data.refresh_continuous_aggregate('market_data.price_klines_30m', ${window})`);
    await call();
    // It takes a tenth of a second; ten seconds when each of 8,688 buckets is compared with each.
    await own`set statement_timeout = '5s'`;
    await call();
  });

  it('leave rows that do not change unwritten', async () => {
    await writeCandles(sql, 'SAMEUSDT', day, 0);
    await store.refresh([day]);
    const versions = () => sql`select xmin::text from market_data.price_klines_1d where symbol = 'SAMEUSDT'`;
    const before = await versions();
    await store.refresh([day]);
    expect(await versions()).toEqual(before);
  });

  it('give the same in sessions of any time zone', async () => {
    await writeCandles(sql, 'ZONEUSDT', { start: day.start, end: day.start + 3 * DAY }, 0);
    const session = database.connect({ max: 1 });
    await session`set timezone = 'America/New_York'`;
    for (const { name } of AGGREGATES) {
      await session.unsafe(
        `call market_data.refresh_continuous_aggregate('market_data.${name}', '2024-06-01Z', '2024-06-04Z')`,
      );
    }
    await expectEqual(sql, { start: day.start, end: day.start + 3 * DAY });
  });

  it('are kept by the schedule, the open bucket included, and say so', async () => {
    const now = Date.now();
    const recent = { start: floorTo(now - 3 * DAY, DAY), end: floorTo(now, 5 * MINUTE) };
    await writeCandles(sql, 'NOWUSDT', recent, 3);
    await store.refresh([recent]);
    await writeCandles(sql, 'NOWUSDT', { start: recent.end - 15 * MINUTE, end: recent.end + 5 * MINUTE }, 4);
    expect(await store.refreshRecent(5)).toBe(true);
    await expectEqual(sql, { start: recent.start, end: recent.end + 2 * DAY });
    const status = await store.status();
    expect(status.map(({ name, healthy }) => [name, healthy])).toEqual(
      AGGREGATES.map(({ name }) => [name, true]),
    );
    for (const { lastRefresh, nextRefresh, watermark } of status) {
      expect(nextRefresh! - lastRefresh!).toBe(5_000);
      expect(watermark).toBeGreaterThan(recent.end - 15 * MINUTE);
    }
  });

  it('have by the schedule alone what came by SQL within the lookback', async () => {
    const now = Date.now();
    await writeWithinLookbacks(sql, now);
    await store.refreshRecent(5);
    await expectWithinLookbacks(sql, now);
  });

  it('are no longer healthy when the schedule stops', async () => {
    const admin = database.connect({ max: 1 });
    await admin`update market_data.aggregates set last_refresh = now() - interval '2 minutes'`;
    expect((await store.status()).map(({ healthy }) => healthy)).toEqual(AGGREGATES.map(() => false));
  });

  it('have no instants where a database says never in its own way', async () => {
    const admin = database.connect({ max: 1 });
    await admin.unsafe(`
      alter view market_data.aggregate_status rename to real_status;
      create view market_data.aggregate_status as select name, healthy, '-infinity'::timestamptz as last_refresh,
        'infinity'::timestamptz as next_refresh, '4714-11-24 BC'::timestamptz as watermark from market_data.real_status;
      grant select on market_data.aggregate_status to gordon_writer`);
    const status = await store.status();
    await admin.unsafe(`
      drop view market_data.aggregate_status;
      alter view market_data.real_status rename to aggregate_status`);
    const never = { lastRefresh: null, nextRefresh: null, watermark: null };
    expect(status).toEqual(AGGREGATES.map(({ name }) => ({ name, healthy: false, ...never })));
  });

  it('wait for each other when two jobs end at once, and both are seen', async () => {
    let finished: Promise<string[]> | undefined;
    const jobs = ['FIRSTUSDT', 'SECONDUSDT'];
    for (const symbol of jobs) await writeCandles(sql, symbol, day, 0);
    // Another session is in the middle of a refresh and blocks both.
    const holder = database.connect({ max: 1 });
    await holder.begin(async (tx) => {
      await tx`call market_data.refresh_continuous_aggregate('market_data.price_klines_15m', '2024-06-01Z', '2024-06-02Z')`;
      const ended: string[] = [];
      const both = jobs.map((symbol) =>
        store.refresh([day], { symbols: [symbol] }).then(() => ended.push(symbol)),
      );
      for (let waiting = 0; waiting < jobs.length; ) {
        const [row] = await tx<{ n: number }[]>`
          select count(distinct l.pid)::int4 as n from pg_locks l join pg_stat_activity a using (pid)
          where not l.granted and a.datname = current_database()`;
        await tx`select pg_stat_clear_snapshot()`;
        waiting = row!.n;
      }
      expect(ended).toEqual([]);
      finished = Promise.all(both).then(() => ended);
    });
    expect((await finished)?.sort()).toEqual(jobs);
    await expectEqual(sql, day);
  });

  it('may be refreshed by several at once', async () => {
    await writeCandles(sql, 'MANYUSDT', day, 0);
    await Promise.all([
      store.refresh([day]),
      store.refreshRecent(5),
      store.refresh([day]),
      store.refreshRecent(5),
    ]);
    await expectEqual(sql, day);
  });

  it('can be read and not refreshed by the reader', async () => {
    const reader = database.connect({ role: 'gordon_reader' });
    expect(await reader`select count(*) from price_klines_1d`).toHaveLength(1);
    expect(await reader`select * from aggregate_status`).toHaveLength(6);
    await expect(reader`call refresh_continuous_aggregate('price_klines_1d', null, null)`).rejects.toThrow(
      'permission denied',
    );
  });
});

describe('the search path', () => {
  it('lets public win, keeps what was set and is set once', async () => {
    await using own = await createTestDatabase('empty');
    const admin = own.connect({ max: 1 });
    const [name] = await admin<{ name: string }[]>`select current_database() as name`;
    await admin.unsafe(`alter database "${name!.name}" set search_path = other, public`);
    await migrate(own.url);
    await migrate(own.url);
    const [row] = await own.connect()<{ path: string }[]>`select current_setting('search_path') as path`;
    expect(row?.path).toBe('other, public, market_data');
  });
});
