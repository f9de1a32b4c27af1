import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesCatalog, SeriesStore } from '../../../functions/core/ledger/ports.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { createSeriesCatalog } from '../../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, candles, JOB, minutes, pageOf, proof, SPOT, T0 } from '../klines.ts';

/** Another session breaks each invariant here, and then nothing is committed. */
let database: TestDatabase;
let sql: Sql;
let admin: Sql;
let store: SeriesStore;
let catalog: SeriesCatalog;
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect();
  sql = database.connect({ role: 'gordon_writer' });
  const options = { tables: () => SPOT, clock: () => now };
  store = createSeriesStore(sql, options);
  catalog = createSeriesCatalog(sql, options);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  now = T0 + 30 * DAY;
  await admin`drop trigger if exists beside on market_data.spot_klines`;
  await admin`truncate market_data.spot_klines, market_data.coverage, market_data.findings`;
});

/** Runs before each row that is written. @param body what follows `begin`, with NEW */
const beside = async (body: string): Promise<void> => {
  await admin.unsafe(`create or replace function pg_temp_beside() returns trigger language plpgsql as
    $$ begin ${body} end $$`);
  await admin`create trigger beside before insert on market_data.spot_klines for each row execute function pg_temp_beside()`;
};

const left = async (): Promise<{ rows: number; spans: number }> => {
  const [row] = await sql<{ rows: number; spans: number }[]>`
    select (select count(*) from market_data.spot_klines) as rows, (select count(*) from market_data.coverage) as spans`;
  return row!;
};

const broken = (text: string) => ({
  name: 'PermanentError',
  code: 'broken-invariant',
  subject: 'klines_spot BTCUSDT 1m',
  message: expect.stringContaining(text),
  remedy: expect.stringContaining('gordon-data backfill audit'),
});

describe('the table has as many rows as the account', () => {
  it.each([
    ['a small page', 60],
    ['a large one', 3_000],
  ])('or nothing is written, when something swallows a row of %s', async (_, length) => {
    const lost = new Date(T0 + (length / 2) * MINUTE).toISOString();
    await beside(`if new.open_time = '${lost}' then return null; end if; return new;`);
    await expect(store.commit([pageOf([minutes(0, length)])], JOB)).rejects.toMatchObject(
      broken(`${length} rows in the account, and the server took ${length - 1}`),
    );
    expect(await left()).toEqual({ rows: 0, spans: 0 });
  });

  it.each([
    ['in a small page', 60],
    ['in a large one', 3_000],
  ])('or nothing is written, when rows come to lie elsewhere %s', async (_, length) => {
    await beside(`new.open_time := new.open_time - interval '1 day'; return new;`);
    await expect(store.commit([pageOf([minutes(0, length)])], JOB)).rejects.toMatchObject(
      broken(`${length} rows in the account`),
    );
    expect(await left()).toEqual({ rows: 0, spans: 0 });
  });

  it('or nothing is written, when a parser gives its rows another symbol', async () => {
    const rows = candles([minutes(0, 1_000)], { ...BTC, symbol: 'ETHUSDT' });
    await expect(store.commit([pageOf([minutes(0, 1_000)], { rows })], JOB)).rejects.toMatchObject(
      broken('1000 rows in the account, 900 in the table'),
    );
    expect(await left()).toEqual({ rows: 0, spans: 0 });
  });

  it('or nothing is written, when rows that lay there already are swallowed as they are merged', async () => {
    await store.commit([pageOf([minutes(0, 10)])], JOB);
    await admin`delete from market_data.coverage`;
    await beside(
      `if new.open_time >= '${new Date(T0 + 800 * MINUTE).toISOString()}' then return null; end if; return new;`,
    );
    await expect(store.commit([pageOf([minutes(0, 2_000)])], JOB)).rejects.toMatchObject(
      broken('2000 rows in the account, 800 in the table'),
    );
    expect(await left()).toEqual({ rows: 10, spans: 0 });
  });
});

describe('no span is proven empty over a row', () => {
  it('no matter which program wrote the row', async () => {
    await store.commit([pageOf([minutes(10, 11)])], JOB);
    await admin`delete from market_data.coverage`;
    const page = pageOf([], { empty: [proof(minutes(0, 30), 'delisted')] });
    await expect(store.commit([page], JOB)).rejects.toMatchObject(broken('there are rows'));
    expect(await left()).toEqual({ rows: 1, spans: 0 });
  });

  it('for longer than until the next count, which leaves a gap of ours and lets the row be fetched again', async () => {
    await catalog.request(BTC, minutes(0, 30));
    await store.commit([pageOf([], { empty: [proof(minutes(0, 30), 'delisted')] })], JOB);
    await admin`
      insert into market_data.spot_klines
      select symbol, timeframe, ${new Date(T0 + 10 * MINUTE)}, open, high, low, close, volume, quote_volume, trades,
        taker_buy_volume, taker_buy_quote_volume
      from (values ('BTCUSDT', '1m', 1, 1, 1, 1, 1, 1, 1, 1, 1)) v (symbol, timeframe, open, high, low, close, volume,
        quote_volume, trades, taker_buy_volume, taker_buy_quote_volume)`;
    expect(await catalog.reconcile(BTC, minutes(0, 30))).toEqual([minutes(10, 11)]);
    const [report] = await catalog.report({});
    expect(report!.gaps).toEqual([
      {
        ...minutes(10, 11),
        steps: 1,
        cause: 'ours',
        error: expect.stringContaining('no span is proven empty where there are rows'),
        evidence: expect.anything(),
      },
    ]);
    expect(await catalog.reconcile(BTC, minutes(0, 30))).toEqual([]);
    expect(await store.commit([pageOf([minutes(10, 11)])], JOB)).toBe(1);
    expect(await store.missing(BTC, minutes(0, 30))).toEqual([]);
  });
});

describe('spans of a series never overlap', () => {
  const doubled = (from: number, to: number) => admin`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
    values ('klines_spot', 'BTCUSDT', '1m', tstzrange(${new Date(T0 + from * MINUTE)}, ${new Date(T0 + to * MINUTE)}),
      'have', ${to - from}, 'beside', 'beside', now())`;

  it('when another session enters a span while the page is written', async () => {
    await admin.unsafe(`create or replace function pg_temp_beside() returns trigger language plpgsql security definer as $$ begin
      insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDT', '1m', tstzrange(new.open_time, new.open_time + interval '1 minute'), 'have', 1, 'b', 'b', now());
      return new; end $$`);
    await admin`create trigger beside before insert on market_data.spot_klines for each row
      when (new.trades = 7) execute function pg_temp_beside()`;
    await expect(store.commit([pageOf([minutes(0, 5)])], JOB)).rejects.toMatchObject(
      broken('another span lies there'),
    );
    expect(await left()).toEqual({ rows: 0, spans: 0 });
  });

  it('for longer than until the next count, which requests what two of them claim', async () => {
    await store.commit([pageOf([minutes(0, 30)])], JOB);
    await doubled(5, 8);
    await doubled(20, 40);
    expect(await catalog.reconcile(BTC, minutes(0, 60))).toEqual([minutes(5, 8), minutes(20, 40)]);
    expect(await store.missing(BTC, minutes(0, 40))).toEqual([minutes(5, 8), minutes(20, 40)]);
    expect(await store.commit([pageOf([minutes(0, 40)])], JOB)).toBe(23);
    const [rows] = await sql`select sum(rows)::int as n from market_data.coverage where state = 'have'`;
    expect(rows).toEqual({ n: 40 });
  });

  it('when a proof that was due again meets a failure', async () => {
    const hole = minutes(0, 30);
    now = hole.end;
    await store.commit([pageOf([], { empty: [proof(hole)] })], JOB);
    now += 2 * DAY;
    const chunk = { ...BTC, ...minutes(0, 60), label: JOB.chunk };
    await store.markFailed(chunk, 'job-1', { code: 'venue-broken', message: 'down' });
    const spans = await sql`select state, rows from market_data.coverage`;
    expect(spans).toEqual([{ state: 'failed', rows: 0 }]);
  });
});
