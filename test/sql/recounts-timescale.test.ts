import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesCatalog } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { DAY, HOUR, iso, MINUTE } from '../../functions/core/time/time.ts';
import { sources } from '../../functions/sources/index.ts';
import { createCandleKeeper } from '../../functions/stores/kept/keep-candles.ts';
import { createSeriesCatalog } from '../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { createCoverageQueries } from '../../functions/stores/queries/coverage-queries.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../helpers/timescale.ts';
import { BTC, JOB, minutes, pageOf, SPOT, T0 } from '../stores/klines.ts';

/** hours, so that there are chunks and few rows */
const HOURS: Series = { ...BTC, timeframe: '1h' };
const days = (from: number, to: number) => minutes(from * 1440, to * 1440);

/** TimescaleDB refuses transition tables where there is a columnstore, and no trigger sees a chunk that is dropped. */
describe.skipIf(timescaleAbsent)('on TimescaleDB the next count finds what is lost', () => {
  let at: TestTimescale;
  let catalog: SeriesCatalog;
  beforeAll(async () => {
    at = await startTimescale();
  });
  afterAll(() => at?.close());
  beforeEach(async () => {
    for (const table of ['spot_klines', 'coverage', 'series', 'retention', 'recounts']) {
      await at.exec(`delete from market_data.${table}`);
    }
    await at.exec('delete from market_data.recounts');
    const options = { tables: () => SPOT, clock: () => T0 + 200 * DAY };
    catalog = createSeriesCatalog(at.sql, options);
    await catalog.request(HOURS, days(0, 90));
    await createSeriesStore(at.sql, options).commit([pageOf([days(0, 90)], { series: HOURS })], JOB);
    expect(await catalog.recount(DAY)).toEqual({ lost: 0, left: 0 });
  });
  const gaps = async () => (await catalog.report({}))[0]!.gaps.map(({ start, end }) => ({ start, end }));
  const chunks = () =>
    at.sql<{ name: string }[]>`select c::text as name from show_chunks('market_data.spot_klines') c`;

  it('by DELETE, with one mark for a day however many rows it had', async () => {
    await at.exec(`delete from market_data.spot_klines where open_time < '${iso(T0 + 2 * DAY)}'`);
    const [marks] = await at.sql`select count(*)::int as n from market_data.recounts`;
    expect(marks).toEqual({ n: 2 });
    expect(await catalog.recount(DAY)).toEqual({ lost: 2 * 24, left: 0 });
    expect(await gaps()).toEqual([days(0, 2)]);
  });

  it('and what somebody changes by hand leaves one mark for a transaction, compressing and the program none', async () => {
    const marks = async () =>
      (
        await at.sql<{ n: number }[]>`
          select coalesce(sum(changes), 0)::int as n from market_data.hand_changes where table_name = 'spot_klines'`
      )[0]!.n;
    await at.exec(`set application_name = 'gordon-data'; delete from market_data.hand_changes`);
    await at.exec(`select compress_chunk(c) from show_chunks('market_data.spot_klines') c`);
    await at.exec(`update market_data.spot_klines set close = 5 where open_time = '${iso(T0)}'`);
    expect(await marks()).toBe(0);
    await at.exec(`set application_name = 'psql'`);
    await at.exec(`update market_data.spot_klines set close = 6 where open_time = '${iso(T0)}'`);
    expect(await marks()).toBe(1);
    await at.exec(`update market_data.spot_klines set close = 7 where open_time = '${iso(T0)}';
      insert into market_data.spot_klines select 'XUSDT', timeframe, open_time, open, high, low, close, volume, quote_volume, trades,
        taker_buy_volume, taker_buy_quote_volume from market_data.spot_klines where open_time = '${iso(T0)}'`);
    expect(await marks()).toBe(2);
    await at.exec(`set application_name = 'gordon-data'`);
  });

  it('by DELETE out of compressed chunks, whole segments among them; compressing leaves no mark', async () => {
    await at.exec(`select compress_chunk(c) from show_chunks('market_data.spot_klines') c`);
    const [marks] = await at.sql`select count(*)::int as n from market_data.recounts`;
    expect(marks).toEqual({ n: 0 });
    await at.exec(`delete from market_data.spot_klines where open_time = '${iso(T0)}'`);
    expect(await catalog.recount(DAY)).toEqual({ lost: 1, left: 0 });
    await at.exec(`delete from market_data.spot_klines where symbol = 'BTCUSDT'`);
    expect(await catalog.recount(DAY)).toEqual({ lost: 90 * 24 - 1, left: 0 });
  });

  it('by DELETE from a chunk, by TRUNCATE of the table, and by an UPDATE of the key', async () => {
    const [{ name }] = (await chunks()) as unknown as [{ name: string }];
    await at.exec(`delete from ${name} where open_time < '${iso(T0 + DAY)}'`);
    expect(await catalog.recount(DAY)).toEqual({ lost: 24, left: 0 });
    await at.exec(
      `update market_data.spot_klines set symbol = 'XBTUSDT' where open_time = '${iso(T0 + DAY)}'`,
    );
    expect(await catalog.recount(DAY)).toEqual({ lost: 1, left: 0 });
    await at.exec(`update market_data.spot_klines set open = 1 where open_time < '${iso(T0 + 3 * DAY)}'`);
    const [marks] = await at.sql`select count(*)::int as n from market_data.recounts`;
    expect(marks).toEqual({ n: 0 });
    await at.exec('truncate market_data.spot_klines');
    expect(await catalog.recount(DAY)).toEqual({ lost: 89 * 24 - 1, left: 0 });
  });

  it('by drop_chunks, which is meant: it is retired, and not requested again', async () => {
    const [first] = await at.sql<{ start: number; end: number }[]>`
      select (extract(epoch from range_start) * 1000)::float8 as start, (extract(epoch from range_end) * 1000)::float8 as "end"
      from timescaledb_information.chunks where hypertable_name = 'spot_klines' order by range_start limit 1`;
    await at.exec(
      `select drop_chunks('market_data.spot_klines', older_than => '${iso(first!.end)}'::timestamptz)`,
    );
    const dropped = { start: T0, end: first!.end };
    expect(await catalog.recount(DAY)).toEqual({ lost: (first!.end - T0) / HOUR, left: 0 });
    const [report] = await catalog.report({});
    expect(report).toMatchObject({ gaps: [], empty: [{ ...dropped, reason: 'retired' }] });
    expect(await catalog.missing(HOURS, days(0, 90))).toEqual([]);
    const [span] = await at.sql`select evidence from market_data.coverage where reason = 'retired'`;
    expect(span).toMatchObject({ evidence: [{ what: 'retention of klines_spot: drop_chunks' }] });
    expect(await catalog.recount(DAY)).toEqual({ lost: 0, left: 0 });
  });

  it('and no candle that is kept outlives its rows', async () => {
    const fives: Series = { ...BTC, timeframe: '5m' };
    const options = { tables: () => SPOT, clock: () => T0 + 200 * DAY };
    await catalog.request(fives, days(0, 20));
    await createSeriesStore(at.sql, options).commit([pageOf([days(0, 20)], { series: fives })], JOB);
    const request = {
      table: SPOT,
      where: { symbol: 'BTCUSDT', timeframe: '5m' },
      series: fives,
      limit: 1_000,
      candles: { step: 5 * MINUTE, every: DAY },
    };
    const chart = () => createCoverageQueries(at.sql).rows(request);
    const computed = () => createCoverageQueries(at.sql).rows({ ...request, series: BTC });
    const keep = async (): Promise<number> => {
      await catalog.recount(DAY);
      return createCandleKeeper(at.sql, { sources, clock: options.clock }).keepCandles(DAY);
    };
    await at.exec(`select compress_chunk(c) from show_chunks('market_data.spot_klines') c`);
    expect(await keep()).toBe(20);
    expect(await chart()).toHaveLength(20);
    expect(await chart()).toEqual(await computed());
    // They are what is read.
    await at.exec(`update market_data.kept_candles set close = -1 where bucket = '${iso(T0 + DAY)}'`);
    expect((await chart())[1]).toMatchObject({ close: -1 });
    await at.exec('delete from market_data.kept_spans');
    await keep();
    const [first] = await at.sql<{ name: string; end: number }[]>`
      select format('%I.%I', chunk_schema, chunk_name) as name, (extract(epoch from range_end) * 1000)::float8 as "end"
      from timescaledb_information.chunks where hypertable_name = 'spot_klines' order by range_start limit 1`;
    const changes = [
      `delete from market_data.spot_klines where open_time = '${iso(T0 + 3 * DAY)}'`,
      `select decompress_chunk('${first!.name}'); delete from ${first!.name} where open_time = '${iso(T0 + DAY)}'`,
      `set application_name = 'psql'; update market_data.spot_klines set high = 9e9 where open_time = '${iso(T0 + 2 * DAY)}';
        set application_name = 'gordon-data'`,
      `select drop_chunks('market_data.spot_klines', older_than => '${iso(first!.end)}'::timestamptz)`,
    ];
    for (const change of changes) {
      const before = await computed();
      await at.exec(change);
      expect(await chart()).toEqual(await computed());
      expect(await chart()).not.toEqual(before);
      await keep();
      expect(await chart()).toEqual(await computed());
    }
    expect(await chart()).toHaveLength(20 - (first!.end - T0) / DAY);
  });
});
