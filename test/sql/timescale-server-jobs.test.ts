import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AggregateStore } from '../../functions/core/aggregates/aggregates.ts';
import { DAY, SECOND } from '../../functions/core/time/time.ts';
import { createAggregateStore } from '../../functions/stores/aggregates/aggregates.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { expectEqual, writeCandles } from './aggregates/candle-model.ts';

/** A superuser's URL of a server with TimescaleDB; each run makes a database of its own. */
const server = process.env.TIMESCALE_TEST_URL;
const why = server ? '' : ': TIMESCALE_TEST_URL names no server, and the one in WASM has one session only';

describe.skipIf(!server)(`the ends of candle jobs on a TimescaleDB server${why}`, () => {
  const name = `gordon_test_${randomUUID().slice(0, 8)}`;
  const pools: Sql[] = [];
  const pool = (url: string, options: Parameters<typeof connect>[1] = {}): Sql => {
    const made = connect(url, { max: 2, application: 'test', ...options });
    pools.push(made);
    return made;
  };
  let admin: Sql;
  let writer: Sql;
  const stores: AggregateStore[] = [];
  const years = { start: Date.UTC(2019, 0, 1), end: Date.UTC(2024, 0, 1) };

  beforeAll(async () => {
    admin = pool(server!);
    await admin`create database ${admin(name)}`;
    const url = new URL(server!);
    url.pathname = `/${name}`;
    await migrate(url.href);
    writer = pool(url.href, { role: 'gordon_writer' });
    // Each as in a function of its own: one session that refreshes.
    for (let i = 0; i < 3; i++)
      stores.push(createAggregateStore({ sql: writer, owner: pool(url.href, { max: 1 }), clock: Date.now }));
  });
  afterAll(async () => {
    if (!admin) return;
    await Promise.all(pools.filter((p) => p !== admin).map((p) => p.end()));
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin.end();
  });

  it('refresh five years in seconds, in one batch where the version has batches', async () => {
    await writeCandles(writer, 'BTCUSDT', years, 1);
    const began = performance.now();
    await stores[0]!.refresh([years]);
    expect(performance.now() - began).toBeLessThan(30 * SECOND);
    await expectEqual(writer, { start: years.start - DAY, end: years.end + DAY });
  }, 180_000);

  it('refresh three thousand scattered holes in few CALLs', async () => {
    const rows = await writer<{ at: Date }[]>`
      delete from market_data.price_klines where symbol = 'BTCUSDT' and timeframe = '5m' and "timestamp" in (
        select "timestamp" from market_data.price_klines where symbol = 'BTCUSDT' and timeframe = '5m'
        order by md5("timestamp"::text) limit 3000) returning "timestamp" as at`;
    const touched = rows.map(({ at }) => ({ start: at.getTime(), end: at.getTime() + 300_000 }));
    const began = performance.now();
    await stores[0]!.refresh(touched.sort((a, b) => a.start - b.start));
    expect(performance.now() - began).toBeLessThan(60 * SECOND);
    await expectEqual(writer, { start: years.start - DAY, end: years.end + DAY });
  }, 180_000);

  it('wait for each other instead of failing', async () => {
    await writeCandles(writer, 'ETHUSDT', years, 2);
    await Promise.all(stores.map((store) => store.refresh([years], { patience: 120 * SECOND })));
    await expectEqual(writer, { start: years.start - DAY, end: years.end + DAY });
  }, 300_000);
});
