import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedColumns } from '../../../functions/core/exports/columns.ts';
import type { ExportReader } from '../../../functions/core/exports/ports.ts';
import type { Batch } from '../../../functions/core/series/table.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createExportReader } from '../../../functions/stores/queries/export-reader.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';

const BTC = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;
const JANUARY = Date.UTC(2025, 0, 1);
const FEBRUARY = Date.UTC(2025, 1, 1);
const ALL = { start: JANUARY, end: FEBRUARY + 40 * DAY };

let database: TestDatabase;
let admin: Sql;
let reader: ExportReader;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect();
  reader = createExportReader(
    database.connect({ role: 'gordon_reader', max: 1 }),
    (id) => sources[id]!.table,
  );
  // Of January every fifth minute: its print is made again and again.
  await admin`
    insert into market_data.spot_klines
    select 'BTCUSDT', '1m', ${new Date(JANUARY)}::timestamptz + n * interval '1 minute', n::float8 / 3, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5
    from generate_series(0, 60000) n where n >= 44640 or n % 5 = 0`;
  await admin`insert into market_data.spot_klines values ('BTCUSDT', '1h', ${new Date(JANUARY)}, 1, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5)`;
  await admin`
    insert into market_data.series (source, symbol, timeframe, requested)
    values ('klines_spot', 'BTCUSDT', '1m', '{[2025-01-01Z,2025-04-01Z)}')`;
});
afterAll(() => database?.[Symbol.asyncDispose]());

const printsOf = (series: typeof BTC = BTC) => reader.snapshot(series, (at) => at.prints());

describe('the print of a month', () => {
  it('sums up the rows of one series, and is another one after any change', async () => {
    const [january, february, ...none] = await printsOf();
    expect([january, february, none]).toMatchObject([
      { start: JANUARY, rows: 8_928 },
      { start: FEBRUARY, rows: 15_361 },
      [],
    ]);
    const counted = await reader.snapshot(BTC, (at) => at.counts());
    expect(counted).toEqual([january, february].map((of) => ({ start: of!.start, rows: of!.rows })));
    const seen = new Set([january!.print]);
    for (const change of [
      "update market_data.spot_klines set close = 1.5000000000000002 where open_time = '2025-01-07Z' and timeframe = '1m'",
      "update market_data.spot_klines set trades = 8 where open_time = '2025-01-07Z' and timeframe = '1m'",
      "delete from market_data.spot_klines where open_time = '2025-01-08Z' and timeframe = '1m'",
      // Two rows in the same way.
      "update market_data.spot_klines set close = case close when 1.5 then 9 else close end where open_time in ('2025-01-09Z', '2025-01-10Z')",
    ]) {
      await admin.unsafe(change);
      const [now, later] = await printsOf();
      expect(seen.has(now!.print)).toBe(false);
      expect(later).toEqual(february);
      seen.add(now!.print);
    }
    const within = await reader.snapshot(BTC, (at) => at.prints({ start: FEBRUARY, end: FEBRUARY + DAY }));
    expect(within).toMatchObject([{ start: FEBRUARY, rows: 1_440 }]);
    expect(await printsOf({ ...BTC, symbol: "O'BRIEN\\" } as never)).toEqual([]);
  });

  it('does not depend on the order in which rows were written', async () => {
    const [before] = await printsOf();
    await admin.begin(async (tx) => {
      await tx`set local gordon.accounted = 'on'`;
      await tx`create temp table kept on commit drop as select * from market_data.spot_klines where timeframe = '1m'`;
      await tx`delete from market_data.spot_klines where timeframe = '1m'`;
      await tx`insert into market_data.spot_klines select * from kept order by random()`;
    });
    expect((await printsOf())[0]).toEqual(before);
  });
});

describe('rows', () => {
  it('come in order, in batches, with the values of the table', async () => {
    const names = storedColumns(sources.klines_spot!.table).map(({ name }) => name);
    const lengths: number[] = [];
    const times: number[] = [];
    const opens: number[] = [];
    await reader.snapshot(BTC, async (at) => {
      for await (const batch of at.rows({ start: FEBRUARY, end: ALL.end })) {
        lengths.push(batch.length);
        times.push(...batch.times);
        opens.push(...(batch.columns[names.indexOf('open')] as Float64Array));
        expect(batch.columns[names.indexOf('symbol')]).toEqual({ constant: 'BTCUSDT' });
      }
    });
    expect(lengths).toEqual([8_192, 7_169]);
    expect(times).toEqual(Array.from({ length: 15_361 }, (_, n) => FEBRUARY + n * MINUTE));
    expect(opens).toEqual(Array.from({ length: 15_361 }, (_, n) => (44_640 + n) / 3));
    const none: Batch[] = [];
    await reader.snapshot({ ...BTC, symbol: "O'BRIEN\\" }, async (at) => {
      for await (const batch of at.rows(ALL)) none.push(batch);
    });
    expect(none).toEqual([]);
  });

  it('end where nobody reads on, and the connection is free for the next', async () => {
    for (let i = 0; i < 3; i++) {
      await expect(
        reader.snapshot(BTC, async (at) => {
          for await (const _batch of at.rows(ALL)) throw new Error('the disk is full');
        }),
      ).rejects.toThrow('the disk is full');
    }
    expect(await printsOf()).toHaveLength(2);
  });

  it('fail with the error of the database', async () => {
    const broken = createExportReader(database.connect({ role: 'gordon_reader', max: 1 }), () => ({
      ...sources.klines_spot!.table,
      name: 'no_such_table',
    }));
    await expect(
      broken.snapshot(BTC, async (at) => {
        for await (const _batch of at.rows(ALL)) expect.unreachable();
      }),
    ).rejects.toMatchObject({ code: 'not-migrated' });
  });

  it('and their print and ledger are of one instant', async () => {
    await reader.snapshot(BTC, async (at) => {
      const before = await at.prints();
      const marks = await at.uncounted();
      await admin`delete from market_data.spot_klines where timeframe = '1m' and open_time < '2025-01-03Z'`;
      expect(await at.prints()).toEqual(before);
      expect(await at.uncounted()).toEqual(marks);
    });
    const marked = await reader.snapshot(BTC, (at) => at.uncounted());
    expect(marked[0]).toEqual({ start: JANUARY, end: JANUARY + 2 * DAY });
    await admin`truncate market_data.spot_klines`;
    expect(await reader.snapshot(BTC, (at) => at.uncounted())).toEqual([
      { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    ]);
  });
});
