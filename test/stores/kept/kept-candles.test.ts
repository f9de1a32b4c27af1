import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageQueries } from '../../../functions/core/queries/ports.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { createCandleKeeper } from '../../../functions/stores/kept/keep-candles.ts';
import { createSeriesCatalog } from '../../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import type { Runner, Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createCoverageQueries } from '../../../functions/stores/queries/coverage-queries.ts';
import { renew } from '../../../functions/stores/watch/restatement.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { until } from '../../helpers/until.ts';
import { candles, JOB, minutes, BTC as OF_MINUTES, pageOf, proof, SPOT, T0 } from '../klines.ts';

/** Of five minutes, so that days have few rows. */
const BTC = { ...OF_MINUTES, timeframe: '5m' } as const;
const DAYS = 4;
const WHOLE = minutes(0, DAYS * 1_440);
const NOW = T0 + 30 * DAY;
const OTHER = { ...BTC, symbol: 'ETHUSDT' };
const EVERY = { '4h': 4 * HOUR, '1d': DAY } as const;

let database: TestDatabase;
let sql: Sql;
let hand: Sql;
let queries: CoverageQueries;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ role: 'gordon_writer' });
  hand = database.connect({ application: 'somebody' });
  queries = createCoverageQueries(database.connect({ role: 'gordon_reader' }));
});
afterAll(() => database?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await hand`truncate market_data.coverage`;
  await hand`truncate market_data.spot_klines, market_data.series, market_data.recounts, market_data.kept_candles`;
  await catalog().request(BTC, WHOLE);
});

const options = { tables: () => SPOT, clock: () => NOW };
const catalog = () => createSeriesCatalog(sql, options);
const store = () => createSeriesStore(sql, options);
const keep = () => createCandleKeeper(sql, { sources, clock: () => NOW }).keepCandles(DAY);
const fold = () => catalog().recount(DAY);
/** Doubles whose sum depends on their order. */
const price = (seed: number) => (at: number) => (((at / MINUTE) * 7_919 + seed) % 10_007) / 3 + 1e-9 * seed;
const page = (from: number, to: number, seed: number, series = BTC) => {
  const have = [minutes(from, to)];
  return pageOf(have, { series, rows: candles(have, series, price(seed)) });
};
const commit = (from: number, to: number, seed = 1) => store().commit([page(from, to, seed)], JOB);
const at = (minute: number) => new Date(T0 + minute * MINUTE);

const request = {
  table: sources.klines_spot!.table,
  where: { symbol: 'BTCUSDT', timeframe: '5m' },
  series: BTC,
};
/** A chart as it is read, and the same as one GROUP BY. */
async function chart(
  every: keyof typeof EVERY,
  { from, to, limit = 1_000 }: { from?: number; to?: number; limit?: number } = {},
) {
  const read = await queries.rows({
    ...request,
    limit,
    from,
    to,
    closesAfterMs: EVERY[every],
    candles: { step: 5 * MINUTE, every: EVERY[every] },
  });
  const grouped = await hand<Record<string, unknown>[]>`
    select to_char(date_bin(${every}, open_time, '2000-01-01Z') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as open_time,
      (array_agg(open order by open_time))[1] as open, max(high) as high, min(low) as low,
      (array_agg(close order by open_time desc))[1] as close, sum(volume order by open_time) as volume,
      sum(quote_volume order by open_time) as quote_volume, sum(trades)::int8 as trades, count(*) as rows
    from market_data.spot_klines where symbol = 'BTCUSDT' and timeframe = '5m'
      and open_time >= ${new Date(from ?? 0)} and open_time < ${new Date(to ?? NOW)}
    group by 1 order by 1`;
  return { read, grouped: grouped.slice(-limit) };
}
const kept = async (): Promise<string> =>
  (await sql<{ kept: string }[]>`select kept::text from market_data.kept_spans where symbol = 'BTCUSDT'`)[0]
    ?.kept ?? '{}';

async function expectRight(range = {}): Promise<void> {
  for (const every of Object.keys(EVERY) as (keyof typeof EVERY)[]) {
    const { read, grouped } = await chart(every, range);
    expect(read).toHaveLength(grouped.length);
    expect(read).toMatchObject(grouped);
  }
}

describe('long candles that are kept', () => {
  it('are read instead of the rows, and equal to the last bit', async () => {
    await commit(0, DAYS * 1_440);
    const before = (await chart('1d')).read;
    await fold();
    expect(await keep()).toBe(DAYS);
    expect(await keep()).toBe(0);
    expect((await chart('1d')).read).toEqual(before);
    await expectRight();
    // They are what is read: nothing of it is in the rows.
    await sql`update market_data.kept_candles set close = -1 where every = '1d' and bucket = ${at(1_440)}`;
    const read = (await chart('1d')).read;
    expect(read.map(({ close }) => close === -1)).toEqual([false, true, false, false]);
    // A bucket of which the range has a part is made of its rows, and so is one that was not over at an instant.
    const cut = await chart('1d', { from: T0 + DAY + HOUR, to: T0 + 3 * DAY });
    expect(cut.read).toMatchObject(cut.grouped);
    const asOf = {
      ...request,
      limit: 9,
      asOf: T0 + DAY + HOUR,
      closesAfterMs: DAY,
      candles: { step: 5 * MINUTE, every: DAY },
    };
    expect(await queries.rows(asOf)).toEqual(before.slice(0, 1));
    const { series: _unknown, ...computed } = asOf;
    expect(await queries.rows(computed)).toEqual(before.slice(0, 1));
  });

  it('are not used while rows change, whoever changes them and in whatever order it commits', async () => {
    const changes: Record<string, (tx: Runner) => Promise<unknown>> = {
      insert: (tx) =>
        tx`insert into market_data.spot_klines select 'BTCUSDT', '5m', ${at(700)}, 1, 9e6, 0, 2, 3, 4, 5, 6, 7`,
      update: (tx) => tx`update market_data.spot_klines set high = high + 1e6 where open_time = ${at(1_500)}`,
      delete: (tx) =>
        tx`delete from market_data.spot_klines where open_time >= ${at(3_000)} and open_time < ${at(3_100)}`,
      move: (tx) =>
        tx`update market_data.spot_klines set open_time = open_time + interval '30 seconds' where open_time = ${at(5)}`,
    };
    await commit(0, 700);
    await commit(705, DAYS * 1_440);
    for (const change of Object.values(changes)) {
      await fold();
      await keep();
      // The change is made before the keeper begins, and is seen afterwards.
      const made = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const slow = hand.begin(async (tx) => {
        await change(tx as never);
        made.resolve();
        await end.promise;
      });
      await made.promise;
      await sql`update market_data.kept_spans set kept = '{}'`;
      await keep();
      end.resolve();
      await slow;
      await expectRight();
      await fold();
      await expectRight();
      await keep();
      await expectRight();
    }
  });

  it('are not used after a restatement or a purge, of which no span may say anything', async () => {
    await commit(0, 2_880);
    // Rows without an account, as a restored table has them.
    await hand`insert into market_data.spot_klines select 'BTCUSDT', '5m', ${at(2_880)}, 1, 2, 0, 1, 3, 4, 5, 6, 7`;
    await fold();
    await keep();
    const rows = [candles([minutes(60, 90)], BTC, price(7))];
    const restatement = { object: 'an object', changes: [], rows, spans: [minutes(60, 90)] };
    await sql.begin((tx) => renew(tx, BTC, restatement, SPOT, NOW));
    await expectRight();
    await fold();
    await keep();
    await expectRight();
    await catalog().purge(BTC, DAY);
    await expectRight();
    expect((await chart('1d')).read).toEqual([]);
  });

  it('are not entered of days that change after they were computed', async () => {
    await commit(0, 2_880);
    await fold();
    let keeping: Promise<number> | undefined;
    // The keeper waits for this lock when it has computed the candles.
    await hand.begin(async (tx) => {
      await tx`lock table market_data.kept_spans in share mode`;
      keeping = keep();
      await until(
        () => 'the keeper waits',
        async () =>
          (
            await hand`select from pg_locks where not granted and relation = 'market_data.kept_spans'::regclass`
          ).length > 0,
        20,
      );
      await commit(2_880, 4_000);
      await hand`delete from market_data.spot_klines where open_time = ${at(100)}`;
    });
    await keeping;
    expect(await kept()).toBe('{["2025-03-02 00:00:00+00","2025-03-03 00:00:00+00")}');
    await expectRight();
  });

  it('are gone with the marks of a ledger that is truncated', async () => {
    await commit(0, 2_880);
    await fold();
    await keep();
    await store().commit([page(0, 100, 5)], JOB);
    await hand`truncate market_data.coverage`;
    expect(await kept()).toBe('{}');
    await expectRight();
  });

  it('are read in the place of their rows: a chart of 500 days reads next to none of these', async () => {
    const series = { source: 'klines_spot', symbol: 'LONGUSDT', timeframe: '5m' } as const;
    const [from, to] = [new Date(NOW - 510 * DAY), new Date(NOW - 10 * DAY)];
    await catalog().request(series, { start: from.getTime(), end: to.getTime() });
    await hand`
      insert into market_data.spot_klines
      select 'LONGUSDT', '5m', t, n, n + 2, n - 2, n + 1, n / 3.0, 10, 3, 0.5, 5
      from generate_series(${from}::timestamptz, ${to}::timestamptz - interval '5 minutes', '5 minutes') with ordinality as rows (t, n)`;
    await hand`
      insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      values ('klines_spot', 'LONGUSDT', '5m', tstzrange(${from}, ${to}), 'have', 144000, 'j', 'c', now())`;
    const work = () =>
      sql.begin(async (tx) => {
        // They begin with what the session did before.
        const counts = () => tx<{ rows: number }[]>`
          select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables
          where relname in ('kept_candles', 'spot_klines') order by relname`;
        const first = await counts();
        const chart = {
          table: request.table,
          where: { symbol: 'LONGUSDT', timeframe: '5m' },
          series,
          limit: 500,
        };
        const candles = { step: 5 * MINUTE, every: DAY };
        const made = await createCoverageQueries(tx as never).rows({ ...chart, candles });
        const [kept, minutes] = (await counts()).map(({ rows }, i) => rows - first[i]!.rows);
        return { made, kept, minutes };
      });
    const before = await work();
    expect(before.minutes).toBeGreaterThanOrEqual(144_000);
    await fold();
    expect(await keep()).toBe(500);
    const after = await work();
    expect(after.made).toEqual(before.made);
    expect(after.made).toHaveLength(500);
    expect(after.minutes).toBeLessThan(10);
    expect(after.kept).toBe(500);
  });

  it('are those of the rows, whatever happens one after the other', async () => {
    const minute = fc.integer({ min: -288, max: (DAYS + 1) * 288 }).map((n) => 5 * n);
    const span = fc.tuple(minute, minute).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 5 }));
    const inSpan = (tx: Sql, { from, to }: { from: number; to: number }) =>
      tx`symbol = 'BTCUSDT' and open_time >= ${at(from)} and open_time < ${at(to)}`;
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), span, seed: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('keep' as const, 'fold and keep' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fold' as const, 'recount' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom(
            'delete' as const,
            'update' as const,
            'insert' as const,
            'restate' as const,
            'prove' as const,
          ),
          span,
          seed: fc.nat(9),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constantFrom('purge' as const, 'other' as const, 'reconcile' as const),
        }),
      },
    );
    const run = async (one: unknown): Promise<unknown> => {
      const {
        do: what,
        span: of,
        seed,
      } = one as { do: string; span: { from: number; to: number }; seed: number };
      switch (what) {
        case 'commit':
          return store().commit([page(of.from, of.to, seed)], JOB);
        case 'fold and keep':
          await fold();
          return keep();
        case 'keep':
          return keep();
        case 'fold':
          return fold();
        case 'recount':
          return catalog().recount(DAY, { sources: [BTC.source] });
        case 'delete':
          return hand`delete from market_data.spot_klines where ${inSpan(hand, of)}`;
        case 'update':
          return hand`update market_data.spot_klines set high = high * 2, volume = volume / 3 where ${inSpan(hand, of)}`;
        case 'insert':
          return hand`
            insert into market_data.spot_klines
            select 'BTCUSDT', '5m', t, 1, 9e6, 0.5, 2, ${seed}::float8 / 7, 4, 5, 6, 7
            from generate_series(${at(of.from)}::timestamptz, ${at(of.to)}, '95 minutes') t on conflict do nothing`;
        case 'restate': {
          const rows = [candles([minutes(of.from, of.from + 30)], BTC, price(seed + 20))];
          const restatement = {
            object: 'an object',
            changes: [],
            rows,
            spans: [minutes(of.from, of.from + 30)],
          };
          return sql.begin((tx) => renew(tx, BTC, restatement as never, SPOT, NOW));
        }
        case 'prove':
          return store().commit([pageOf([], { empty: [proof(minutes(of.from, of.to))] })], JOB);
        case 'purge':
          while (!(await catalog().purge(BTC, DAY)).done);
          await catalog().forget(BTC);
          return catalog().request(BTC, WHOLE, { jobId: 'again', orderedAt: NOW });
        case 'reconcile':
          return catalog().reconcile(BTC, WHOLE);
        default:
          return store().commit([page(0, 50, 3, OTHER)], JOB);
      }
    };
    let used = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 12 }),
        span,
        fc.integer({ min: 1, max: 9 }),
        async (steps, range, limit) => {
          await hand`truncate market_data.coverage`;
          await hand`truncate market_data.spot_klines, market_data.recounts`;
          await commit(0, 2_000);
          for (const one of steps) {
            await run(one);
            await expectRight();
            if ((await kept()) !== '{}') used += 1;
          }
          await expectRight({ from: T0 + range.from * MINUTE, to: T0 + range.to * MINUTE });
          const { read } = await chart('4h', { limit });
          expect((await chart('4h')).read.slice(-read.length)).toEqual(read);
        },
      ),
      { numRuns: 8 },
    );
    expect(used).toBeGreaterThan(3);
  });
});
