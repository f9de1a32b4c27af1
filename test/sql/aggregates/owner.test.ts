import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../../functions/core/aggregates/aggregates.ts';
import { createAggregateStore } from '../../../functions/stores/aggregates/aggregates.ts';
import { giveAggregates } from '../../../functions/stores/postgres/roles/aggregates-owner.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../../helpers/timescale.ts';
import { expectEqual, writeCandles } from './candle-model.ts';

const URL = "postgres://gordon-refresher:it's@127.0.0.1:5432/gordon";
const LOGIN = '"gordon-refresher"';

describe.skipIf(timescaleAbsent)('aggregates of a login of their own', () => {
  let db: TestTimescale;
  let store: AggregateStore;
  beforeAll(async () => {
    db = await startTimescale();
    store = createAggregateStore({ sql: db.sql, owner: db.sql, clock: Date.now });
  });
  afterAll(() => db?.close());

  const policies = () => db.sql<{ id: number; owner: string; config: object; scheduled: boolean }[]>`
    select job_id as id, owner::text, scheduled, schedule_interval::text as every, hypertable_name as name,
      config - 'mat_hypertable_id' as config
    from timescaledb_information.jobs where proc_name = 'policy_refresh_continuous_aggregate'
    order by (config ->> 'mat_hypertable_id')::int`;

  it('are given to it with their policies, which stay as they were', async () => {
    const before = await policies();
    await giveAggregates(db.sql, URL);
    const after = await policies();
    expect(after).toHaveLength(AGGREGATES.length);
    expect(after.map(({ id: _, ...policy }) => policy)).toEqual(
      before.map(({ id: _, ...policy }) => ({ ...policy, owner: LOGIN })),
    );
    const [role] = await db.sql`
      select rolcanlogin, rolsuper, has_schema_privilege('gordon-refresher', 'market_data', 'create') as makes
      from pg_roles where rolname = 'gordon-refresher'`;
    expect(role).toEqual({ rolcanlogin: true, rolsuper: false, makes: false });
  });

  it('are left alone the second time', async () => {
    const before = await policies();
    await giveAggregates(db.sql, URL);
    expect(await policies()).toEqual(before);
  });

  it('are refreshed by it, by hand and by its policies, and not by the writer', async () => {
    const day = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 2) };
    await db.exec('set role gordon_writer');
    await writeCandles(db.sql, 'OWNUSDT', day, 1);
    await expect(store.refresh([day])).rejects.toMatchObject({
      code: 'database-forbidden',
      remedy: expect.stringContaining('GORDON_AGGREGATES_URL'),
    });
    await db.exec(`reset role; set role ${LOGIN}`);
    await store.refresh([day]);
    for (const { name } of AGGREGATES) await store.refreshWindow(name, day);
    for (const { id } of await policies()) await db.exec(`call run_job(${id})`);
    // A migrator without superuser is a member, and later migrations refresh and alter.
    await db.exec(`reset role; create role a_member; grant ${LOGIN} to a_member; set role a_member`);
    await store.refreshWindow('price_klines_1h', { start: null, end: null });
    await db.exec(
      'alter materialized view market_data.price_klines_1h set (timescaledb.materialized_only = false)',
    );
    await db.exec(`reset role; set role ${LOGIN}`);
    await expect(db.sql`delete from market_data.price_klines`).rejects.toMatchObject({ code: '42501' });
    await db.exec('reset role; set role gordon_reader');
    await expectEqual(db.sql, day);
    await db.exec('reset role');
  });
});
