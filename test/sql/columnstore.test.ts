import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import { timeColumn } from '../../functions/core/series/table.ts';
import { measure, type Range, type RangeSet } from '../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import { commitPages } from '../../functions/stores/ledger/commit-pages.ts';
import { readCovered } from '../../functions/stores/ledger/spans/read-ledger.ts';
import { forgetSeries, purgeRows } from '../../functions/stores/ledger/upkeep/purge.ts';
import { reconcile } from '../../functions/stores/ledger/upkeep/reconcile.ts';
import { SETTINGS } from '../../functions/stores/postgres/connection.ts';
import { toMultirange } from '../../functions/stores/postgres/fragments.ts';
import { createExportReader } from '../../functions/stores/queries/export-reader.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../helpers/timescale.ts';
import { BTC, candles, JOB, pageOf, SPOT, T0 } from '../stores/klines.ts';

/** Long after the horizon of the policy. */
const NOW = T0 + 3 * 365 * DAY;
const days = (first: number, last: number): Range => ({ start: T0 + first * DAY, end: T0 + last * DAY });
const of = (symbol: string): Series => ({ ...BTC, symbol });

/** The store's own writes into chunks that the policy has compressed, on TimescaleDB's own code. */
describe.skipIf(timescaleAbsent)('candles behind the horizon of a backfill', () => {
  let db: TestTimescale;
  beforeAll(async () => {
    db = await startTimescale();
  });
  afterAll(() => db?.close());

  const priced = (by: number) => (at: number) => at / MINUTE + by;
  const load = (series: Series, set: RangeSet, price = priced(0)): Promise<number> => {
    const page = pageOf(set, { series, rows: candles(set, series, price) });
    return commitPages(db.sql, SPOT, [page], { ...JOB, at: NOW });
  };
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const compress = async (): Promise<void> => {
    const [job] = await db.sql<{ id: number; after: string }[]>`
      select job_id as id, config ->> 'compress_after' as after from timescaledb_information.jobs
      where proc_name = 'policy_compression' and hypertable_name = 'spot_klines'`;
    expect(job?.after).toBe('400 days');
    await db.exec(`call run_job(${job!.id})`);
    const [open] = await db.sql<{ n: number }[]>`
      select count(*)::int4 as n from timescaledb_information.chunks
      where hypertable_name = 'spot_klines' and not is_compressed`;
    expect(open).toEqual({ n: 0 });
  };
  /** Rows, their values and the ledger agree. */
  const expectWhole = async (series: Series, range: Range, by = 0): Promise<void> => {
    const time = db.sql(timeColumn(SPOT));
    const [row] = await db.sql<{ rows: number; right: number }[]>`
      select count(*)::int4 as rows,
        (count(*) filter (where close = extract(epoch from ${time})::float8 / 60 + ${by}::float8))::int4 as right
      from market_data.spot_klines where symbol = ${series.symbol} and timeframe = ${series.timeframe}
        and ${time} >= ${new Date(range.start)} and ${time} < ${new Date(range.end)}`;
    const rows = measure([range]) / stepOf(series.timeframe);
    expect(row).toEqual({ rows, right: rows });
    expect(await reconcile(db.sql, SPOT, series, range, NOW)).toEqual([]);
    expect(await readCovered(db.sql, series, range)).toEqual([range]);
  };

  it('take a backfill as they did before they were compressed', async () => {
    const [all, half, rest] = [days(0, 4), days(0, 2), days(2, 4)];
    await load(of('WARMUSDT'), [half]);
    const before = {
      symbol: await seconds(() => load(of('AAAUSDT'), [all])),
      half: await seconds(() => load(of('BBBUSDT'), [half])),
      merge: await seconds(() => mergeAgain('AAAUSDT', all, 1)),
    };
    await load(of('CCCUSDT'), [half]);
    await compress();
    const after = {
      symbol: await seconds(() => load(of('DDDUSDT'), [all])),
      half: await seconds(() => load(of('CCCUSDT'), [rest])),
      same: await seconds(() => mergeAgain('AAAUSDT', all, 1)),
      merge: await seconds(() => mergeAgain('AAAUSDT', all, 2)),
    };
    // A shared machine's clock proves nothing; the server's suite holds the ratio.
    console.info('behind the horizon, seconds', { before, after });
    await compress();
    await expectWhole(of('AAAUSDT'), all, 2);
    await expectWhole(of('BBBUSDT'), half);
    await expectWhole(of('CCCUSDT'), all);
    await expectWhole(of('DDDUSDT'), all);
  });

  it('have the same print, by which an export sees changes, before and after they are compressed', async () => {
    const series = of('EEEUSDT');
    const reader = createExportReader(db.sql, () => SPOT);
    const prints = () => reader.snapshot(series, (at) => at.prints());
    await load(series, [days(0, 3)]);
    const before = await prints();
    expect(before).toMatchObject([{ start: T0, rows: 3 * 1_440 }]);
    await compress();
    expect(await prints()).toEqual(before);
    await db.sql`update market_data.spot_klines set close = close + 1
      where symbol = ${series.symbol} and open_time = ${new Date(T0 + DAY)}`;
    expect((await prints())[0]!.print).not.toBe(before[0]!.print);
  });

  /** Rows that are there and have no account, with other values. */
  async function mergeAgain(symbol: string, range: Range, by: number): Promise<void> {
    await db.sql`delete from market_data.coverage where symbol = ${symbol}`;
    expect(await load(of(symbol), [range], priced(by))).toBe(measure([range]) / MINUTE);
  }

  it('have what was deleted fetched again, and only that', async () => {
    const [all, lost] = [days(0, 3), { start: T0 + 100 * MINUTE, end: T0 + 200 * MINUTE }];
    await load(of('GONEUSDT'), [all]);
    await compress();
    const time = db.sql(timeColumn(SPOT));
    await db.sql`delete from market_data.spot_klines where symbol = 'GONEUSDT'
      and ${time} >= ${new Date(lost.start)} and ${time} < ${new Date(lost.end)}`;
    expect(await reconcile(db.sql, SPOT, of('GONEUSDT'), all, NOW)).toEqual([lost]);
    expect(await load(of('GONEUSDT'), [lost])).toBe(100);
    await expectWhole(of('GONEUSDT'), all);
  });

  it('may be replaced without TimescaleDB’s limit to what a transaction decompresses', async () => {
    const [series, day] = [of('MANYUSDT'), days(0, 4)];
    const again = async (by: number): Promise<number> => {
      await db.sql`delete from market_data.coverage where symbol = 'MANYUSDT'`;
      return load(series, [day], priced(by));
    };
    await load(series, [day]);
    await compress();
    const limit = 'timescaledb.max_tuples_decompressed_per_dml_transaction';
    await db.exec(`set ${limit} = 3000`);
    await expect(again(1)).rejects.toThrow('tuple decompression limit exceeded');
    await db.exec(`set ${limit} = ${SETTINGS[limit]}`);
    expect(await again(1)).toBe(4 * 1440);
    await expectWhole(series, day, 1);
  });

  it('are purged, and counted by rows', async () => {
    // Days of several chunks, and rows of several segments in each.
    const inSteps = (symbol: string): Series => ({ ...of(symbol), timeframe: '5m' });
    const [gone, kept, all] = [inSteps('PURGEDUSDT'), inSteps('KEPTUSDT'), days(0, 40)];
    for (const series of [gone, kept]) await load(series, [all]);
    await db.sql`
      insert into market_data.series (source, symbol, timeframe, requested)
      values (${gone.source}, ${gone.symbol}, ${gone.timeframe}, ${toMultirange([all])}::text::tstzmultirange)`;
    await compress();
    const purged = await purgeRows(db.sql, SPOT, gone, () => NOW, MINUTE);
    expect(purged).toEqual({ rows: 40 * 288, done: true });
    await forgetSeries(db.sql, SPOT, gone);
    const [left] = await db.sql<{ rows: number }[]>`
      select count(*)::int4 as rows from market_data.spot_klines where symbol = 'PURGEDUSDT'`;
    expect(left).toEqual({ rows: 0 });
    await expectWhole(kept, all);
  });

  it('are counted without a plan for the chunks of other years', async () => {
    const [series, year] = [{ ...of('YEARUSDT'), timeframe: '1h' } as const, days(0, 360)];
    await load(series, [year]);
    const time = db.sql(timeColumn(SPOT));
    const lost = { start: T0 + 200 * DAY, end: T0 + 201 * DAY };
    await db.sql`delete from market_data.spot_klines where symbol = 'YEARUSDT'
      and ${time} >= ${new Date(lost.start)} and ${time} < ${new Date(lost.end)}`;
    const plans = await db.plansOf(async () =>
      expect(await reconcile(db.sql, SPOT, series, days(195, 205), NOW)).toEqual([lost]),
    );
    const chunks = plans.map((plan) => new Set(plan.match(/_hyper_\d+_\d+_chunk/g)).size);
    // The range may lie on both sides of one border.
    expect(chunks.filter((n) => n > 0).length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...chunks)).toBeLessThanOrEqual(2);
  });

  it('let the column of their time be renamed', async () => {
    const time = timeColumn(SPOT);
    await db.exec(`alter table market_data.spot_klines rename column ${time} to renamed`);
    const [row] = await db.sql<{ rows: number }[]>`
      select count(*)::int4 as rows from market_data.spot_klines where symbol = 'DDDUSDT' and renamed >= ${new Date(T0)}`;
    expect(row).toEqual({ rows: 4 * 1440 });
    await db.exec(`alter table market_data.spot_klines rename column renamed to ${time}`);
  });
});
