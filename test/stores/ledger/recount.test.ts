import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesCatalog, SeriesStore } from '../../../functions/core/ledger/ports.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { createSeriesCatalog } from '../../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { accountsForDeletes } from '../../../functions/stores/ledger/upkeep/recount.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

let database: TestDatabase;
/** a user at a console, with all rights */
let hand: Sql;
let sql: Sql;
let store: SeriesStore;
let catalog: SeriesCatalog;
const ETH = { ...BTC, symbol: 'ETHUSDT' };
const now = T0 + 60 * DAY;

beforeAll(async () => {
  database = await createTestDatabase();
  hand = database.connect();
  sql = database.connect({ role: 'gordon_writer' });
  const options = { tables: () => SPOT, clock: () => now };
  store = createSeriesStore(sql, options);
  catalog = createSeriesCatalog(sql, options);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['spot_klines', 'coverage', 'series', 'retention', 'recounts']) {
    await hand`delete from market_data.${hand(table)}`;
  }
});

const days = (from: number, to: number) => minutes(from * 1440, to * 1440);
const load = async (...series: (typeof BTC)[]) => {
  for (const one of series) {
    await catalog.request(one, days(0, 4));
    await store.commit([pageOf([days(0, 4)], { series: one })], JOB);
  }
};
const gapsOf = async (symbol: string) =>
  (await catalog.report({ symbols: [symbol] }))[0]!.gaps.map(({ start, end }) => ({ start, end }));
const marks = async (): Promise<number> =>
  (await hand`select count(*)::int as n from market_data.recounts`)[0]!.n as number;

describe('rows that are deleted by hand', () => {
  it('are missing in the report after the next count, and only they', async () => {
    await load(BTC, ETH);
    await hand`delete from market_data.spot_klines where symbol = 'BTCUSDT' and open_time >= ${new Date(T0 + DAY)}
      and open_time < ${new Date(T0 + DAY + 10 * MINUTE)}`;
    expect(await catalog.recount(DAY)).toEqual({ lost: 10, left: 0 });
    expect(await gapsOf('BTCUSDT')).toEqual([minutes(1440, 1450)]);
    expect([await gapsOf('ETHUSDT'), await marks()]).toEqual([[], 0]);
    expect(await catalog.recount(DAY)).toEqual({ lost: 0, left: 0 });
  });

  it('of all series at once, by TRUNCATE', async () => {
    await load(BTC, ETH);
    await hand`truncate market_data.spot_klines`;
    expect(await catalog.recount(DAY)).toEqual({ lost: 2 * 4 * 1440, left: 0 });
    expect([await gapsOf('BTCUSDT'), await gapsOf('ETHUSDT')]).toEqual([[days(0, 4)], [days(0, 4)]]);
  });

  it('or moves by an UPDATE of the key', async () => {
    await load(BTC);
    await hand`update market_data.spot_klines set symbol = 'XBTUSDT' where open_time = ${new Date(T0)}`;
    await hand`update market_data.spot_klines set open = 1`;
    expect([await marks(), await catalog.recount(DAY)]).toEqual([1, { lost: 1, left: 0 }]);
  });

  it('in many statements, of days that lie apart', async () => {
    await catalog.request(BTC, days(0, 50));
    await store.commit([pageOf([days(0, 50)])], JOB);
    for (let day = 0; day < 50; day += 2) {
      await hand`delete from market_data.spot_klines where open_time = ${new Date(T0 + day * DAY)}`;
    }
    expect([await marks(), await catalog.recount(DAY)]).toEqual([25, { lost: 25, left: 0 }]);
  });

  it('are not counted when the statement is rolled back, took nothing, or is accounted for', async () => {
    await load(BTC);
    const undone = hand.begin(async (tx) => {
      await tx`delete from market_data.spot_klines`;
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await hand`delete from market_data.spot_klines where symbol = 'NOBODY'`;
    await sql.begin(async (tx) => {
      await accountsForDeletes(tx);
      await tx`delete from market_data.spot_klines where open_time = ${new Date(T0)}`;
    });
    expect(await marks()).toBe(0);
  });

  it('are left for the next count when the time is over, and a count that has no time counts nothing', async () => {
    await load(BTC, ETH);
    await hand`delete from market_data.spot_klines where open_time = ${new Date(T0)}`;
    let clock = now;
    const slow = createSeriesCatalog(sql, { tables: () => SPOT, clock: () => (clock += MINUTE) });
    expect(await slow.recount(2 * MINUTE)).toMatchObject({ left: 1 });
    expect(await catalog.recount(MINUTE)).toMatchObject({ left: 0 });
    expect([await gapsOf('BTCUSDT'), await gapsOf('ETHUSDT')]).toEqual([[minutes(0, 1)], [minutes(0, 1)]]);
  });

  it('leave a mark also where who deletes may not write marks, and a mark that comes during a count stays', async () => {
    await load(BTC);
    await hand`create role cleaner`;
    await hand`grant usage on schema market_data to cleaner`;
    await hand`grant select, delete on market_data.spot_klines to cleaner`;
    await hand.begin(async (tx) => {
      await tx`set local role cleaner`;
      await tx`delete from market_data.spot_klines where open_time = ${new Date(T0)}`;
    });
    await hand`drop owned by cleaner`;
    await hand`drop role cleaner`;
    expect(await catalog.recount(DAY)).toEqual({ lost: 1, left: 0 });
  });
});

it('each table of a source is watched, and reports the series of its rows', async () => {
  for (const source of Object.values(sources)) {
    const { table, defaultTimeframe } = source;
    const series = { source: source.id, symbol: 'A', timeframe: defaultTimeframe };
    await hand`delete from market_data.series`;
    await hand`insert into market_data.series (source, symbol, timeframe) values
      (${series.source}, 'A', ${series.timeframe}), (${series.source}, 'B', ${series.timeframe})`;
    const of = { symbol: 'A', timeframe: defaultTimeframe, ...table.fixed };
    const own = Object.entries(of).filter(([name]) => table.key.includes(name));
    const values: Record<string, unknown> = Object.fromEntries(own);
    const time = table.time ?? 'time';
    await hand.begin(async (tx) => {
      // Whatever else a row has to have: only the key is read.
      for (const { name, type } of table.columns) {
        if (name === time) values[name] = '2025-03-05T12:34:00Z';
        else if (type === 'timestamptz') values[name] ??= '2025-03-05T12:34:00Z';
        else if (type === 'text')
          values[name] ??= name === 'unit' ? 'contracts' : name === 'sides' ? 'one' : 'x';
        else values[name] ??= 1;
      }
      await tx`insert into market_data.${tx(table.name)} ${tx(values as never)}`;
      await tx`delete from market_data.${tx(table.name)}`;
    });
    const found = await hand`
      delete from market_data.recounts returning source, symbol, timeframe, days::text, why`;
    expect(found.map((row) => ({ ...row }))).toEqual([
      { ...series, days: '{["2025-03-05 00:00:00+00","2025-03-06 00:00:00+00")}', why: 'delete' },
    ]);
    await hand`truncate market_data.${hand(table.name)}`;
    expect(await hand`delete from market_data.recounts returning source`).toHaveLength(2);
  }
});
