import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time/time.ts';
import { createSeriesCatalog } from '../../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { foldLedger } from '../../../functions/stores/ledger/spans/sums.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { accounts } from '../../../functions/stores/queries/accounts.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, JOB, minutes, pageOf, proof, SPOT, T0 } from '../klines.ts';

const ETH = { ...BTC, symbol: 'ETHUSDT' };
const DOWN = { code: 'venue-broken', message: 'down' };

let database: TestDatabase;
let sql: Sql;
let admin: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ role: 'gordon_writer' });
  admin = database.connect();
});
afterAll(() => database?.[Symbol.asyncDispose]());

const options = { tables: () => SPOT, clock: () => T0 + 30 * DAY };
const marks = async (): Promise<number> =>
  (await sql<{ n: number }[]>`select count(*)::int as n from market_data.ledger_marks`)[0]!.n;
/** What the sums are of, span by span. */
const byHand = async (series: { symbol: string }) => {
  const [row] = await sql<{ have: string; empty: string }[]>`
    select coalesce(range_agg(span) filter (where state = 'have'), '{}')::text as have,
      coalesce(range_agg(span) filter (where state = 'empty'), '{}')::text as empty
    from market_data.coverage where symbol = ${series.symbol}`;
  return row!;
};
const summed = async (series: { symbol: string }) => {
  const [row] = await sql<{ have: string; empty: string }[]>`
    select coalesce((select set from market_data.ledger_sums where symbol = ${series.symbol} and reason = ''), '{}')::text as have,
      coalesce((select market_data.union_of_sets(set) from market_data.ledger_sums
        where symbol = ${series.symbol} and reason <> ''), '{}')::text as empty`;
  return row!;
};

describe('the sums of the ledger', () => {
  it('are what a report reads, folded or not, after every kind of change', async () => {
    const store = createSeriesStore(sql, options);
    const catalog = createSeriesCatalog(sql, options);
    const chunk = { ...BTC, ...minutes(0, 200), label: JOB.chunk };
    const seen = async () => [
      await catalog.report({}),
      await accounts(sql, { sources: [BTC.source], symbol: undefined, timeframe: undefined }),
    ];
    for (const series of [BTC, ETH]) await catalog.request(series, minutes(0, 200));
    // What failed is not part of the sums.
    const failure = () => store.markFailed(chunk, JOB.jobId, DOWN);
    const changes: (() => Promise<unknown>)[] = [
      () => store.commit([pageOf([minutes(0, 50)])], JOB),
      () => store.commit([pageOf([minutes(50, 60)], { series: ETH }), pageOf([minutes(50, 51)])], JOB),
      failure,
      () => store.commit([pageOf([], { empty: [proof(minutes(60, 80), 'delisted')] })], JOB),
      () => store.commit([pageOf([minutes(70, 75)], { rows: pageOf([minutes(70, 75)]).rows })], JOB),
      async () => {
        await sql`delete from market_data.spot_klines where symbol = 'BTCUSDT' and open_time = ${new Date(T0 + 600_000)}`;
        await catalog.recount(DAY, { sources: [BTC.source] });
      },
      // Joins spans by an update, as the compaction does.
      () => sql`update market_data.coverage set span = tstzrange(lower(span), upper(span) + interval '1 minute'), rows = rows + 1
        where symbol = 'ETHUSDT'`,
      () => sql`delete from market_data.coverage where symbol = 'BTCUSDT' and state = 'empty'`,
    ];
    for (const change of changes) {
      await change();
      const before = await seen();
      expect((await marks()) > 0).toBe(change !== failure);
      await foldLedger(sql);
      expect(await marks()).toBe(0);
      expect(await seen()).toEqual(before);
      for (const series of [BTC, ETH]) expect(await summed(series)).toEqual(await byHand(series));
    }
  });

  it('keep the mark of a change that commits after the fold has begun', async () => {
    await admin`truncate market_data.coverage`;
    const store = createSeriesStore(sql, options);
    const committed = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const slow = sql.begin(async (tx) => {
      await tx`insert into market_data.coverage (source, symbol, timeframe, span, state, job_id, chunk, fetched_at)
        values ('klines_spot', 'ETHUSDT', '1m', '[2025-03-01Z,2025-03-02Z)', 'have', 'x', 'x', now())`;
      written.resolve();
      await committed.promise;
    });
    await written.promise;
    await store.commit([pageOf([minutes(0, 5)])], JOB);
    await foldLedger(sql);
    expect([await marks(), (await summed(ETH)).have]).toEqual([0, '{}']);
    committed.resolve();
    await slow;
    expect(await marks()).toBe(1);
    await foldLedger(sql);
    expect(await summed(ETH)).toEqual(await byHand(ETH));
  });

  it('go with a ledger that is truncated', async () => {
    await admin`truncate market_data.coverage`;
    const [row] = await sql`select count(*)::int as n from market_data.ledger_sums`;
    expect([row!.n, await marks()]).toEqual([0, 0]);
  });
});
