import { expect, it } from 'vitest';
import { AGGREGATES } from '../../../functions/core/aggregates/aggregates.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { materialise } from '../../../functions/stores/postgres/schema/materialise.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { startTimescale, timescaleAbsent } from '../../helpers/timescale.ts';
import { FIRST_UNSTACKED, fillStacked, migrateToStacked, STACKED, stackedDays } from '../stacked.ts';
import { expectEqual, writeCandles } from './candle-model.ts';

const SECOND_WINDOW = '2025-04-01';

const noteOf = async (sql: Sql): Promise<unknown> => {
  const [row] = await sql<{ from: string }[]>`
    select to_timestamp((value ->> 'from')::float8 / 1000)::date::text as from
    from market_data.meta where key = 'aggregates-to-materialise'`;
  return row?.from;
};

it('a plain PostgreSQL has its aggregates made anew by the migrator, which goes on where it was killed', async () => {
  await using database = await createTestDatabase('empty');
  await migrateToStacked(database.url);
  const sql = database.connect();
  await fillStacked(sql, (name) =>
    sql.unsafe(`call market_data.refresh_continuous_aggregate('market_data.${name}', null, null)`),
  );
  await sql.unsafe(`
    create function market_data.die() returns trigger language plpgsql as $$
      begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create trigger die after insert or update on market_data.price_klines_4h
      for each row when (new.bucket > '${SECOND_WINDOW}') execute function market_data.die()`);
  // Nothing is written where nothing changes, so the window that is to die gets a change.
  await writeCandles(sql, 'BTCUSDT', stackedDays(101, 102), 4);
  await expect(migrate(database.url)).rejects.toMatchObject({ name: 'RetryableStoreError' });
  expect(await noteOf(sql)).toBe('2025-03-31');
  await sql.unsafe('drop trigger die on market_data.price_klines_4h');
  expect((await migrate(database.url)).applied).toEqual([]);
  expect(await noteOf(sql)).toBeUndefined();
  await expectEqual(sql, STACKED);
});

it.skipIf(timescaleAbsent)('TimescaleDB has them made again, complete at every moment', async () => {
  const db = await startTimescale(FIRST_UNSTACKED);
  try {
    await fillStacked(db.sql, (name) =>
      db.exec(`call refresh_continuous_aggregate('market_data.${name}', null, null)`),
    );
    await db.applyMigrations();
    await expectEqual(db.sql, STACKED);
    await expect(materialise(refusing(db.sql, 8), 'timescale')).rejects.toThrow('the migrator was killed');
    expect(await noteOf(db.sql)).toBe(SECOND_WINDOW);
    await expectEqual(db.sql, STACKED);
    expect(await scheduled(db.sql)).toBe(0);

    const starts: string[] = [];
    await materialise(refusing(db.sql, Number.POSITIVE_INFINITY, starts), 'timescale');
    expect(starts).toEqual(AGGREGATES.map(() => SECOND_WINDOW));
    expect(await noteOf(db.sql)).toBeUndefined();
    expect(await scheduled(db.sql)).toBe(AGGREGATES.length);
    await expectEqual(db.sql, STACKED);
    // Everything is stored, and not only computed when it is read.
    await db.exec(
      `set search_path = market_data, public; ${AGGREGATES.map(({ name }) => `alter materialized view ${name} set (timescaledb.materialized_only = true)`).join('; ')}`,
    );
    await expectEqual(db.sql, STACKED);
  } finally {
    await db.close();
  }
});

const scheduled = async (sql: Sql): Promise<number | undefined> => {
  const [row] = await sql<{ n: number }[]>`
    select count(*) filter (where scheduled)::int4 as n from timescaledb_information.jobs
    where proc_name = 'policy_refresh_continuous_aggregate'`;
  return row?.n;
};

/** A connection that is lost after so many refreshes. @param starts where the day is noted at which each window begins */
function refusing(sql: Sql, refreshes: number, starts: string[] = []): Sql {
  const unsafe = (text: string) => {
    if (starts.length === refreshes) throw new Error('the migrator was killed');
    starts.push(/'(\d{4}-\d\d-\d\d)T/.exec(text)![1]!);
    return sql.unsafe(text);
  };
  return new Proxy(sql, { get: (target, key) => (key === 'unsafe' ? unsafe : Reflect.get(target, key)) });
}
