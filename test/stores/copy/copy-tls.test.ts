import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { commitPages } from '../../../functions/stores/ledger/commit-pages.ts';
import { connect, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { copyDataSender } from '../../../functions/stores/postgres/session-sockets.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { startTlsFront, type TlsFront } from '../../helpers/tls-front.ts';
import { candles, JOB, pageOf, SPOT, T0 } from '../klines.ts';

let database: TestDatabase;
let front: TlsFront;
let admin: Sql;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  front = await startTlsFront(database.url);
  admin = database.connect();
  sql = connect(front.url, { max: 2 });
});
afterAll(async () => {
  await sql?.end({ timeout: 5 });
  await front?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});
beforeEach(() => admin`truncate market_data.spot_klines, market_data.coverage`);

const month = [{ start: T0, end: T0 + 31 * DAY }];
const ROWS = 31 * 1_440;

/** How many rows there are, and how many with the price that follows from their time. */
const stored = async () => {
  const [row] = await admin<{ rows: number; right: number }[]>`
    select count(*)::int as rows, (count(*) filter (where open = extract(epoch from open_time)::float8 / 60
      and taker_buy_quote_volume = open and trades = 7 and symbol = 'BTCUSDT'))::int as right
    from market_data.spot_klines`;
  return row;
};

it('is what the sessions speak, and the socket below it is left to postgres.js', async () => {
  expect(await sql.begin(async (tx) => copyDataSender(tx) === undefined)).toBe(true);
  expect(await admin.begin(async (tx) => copyDataSender(tx) === undefined)).toBe(false);
});

it('carries a month of candles in buffers that are used again, each row as it was', async () => {
  const page = pageOf(month, { rows: candles(month) });
  expect(await commitPages(sql, SPOT, [page], { ...JOB, at: T0 })).toBe(ROWS);
  expect(await stored()).toEqual({ rows: ROWS, right: ROWS });
});

it('carries the refusal of a COPY too: the rows that stand in its way are merged', async () => {
  await admin`
    insert into market_data.spot_klines
    select 'BTCUSDT', '1m', ${new Date(T0 + 40_000 * MINUTE)}::timestamptz, 1, 1, 1, 1, 1, 1, 1, 1, 1`;
  const page = pageOf(month, { rows: candles(month) });
  expect(await commitPages(sql, SPOT, [page], { ...JOB, at: T0 })).toBe(ROWS);
  expect(await stored()).toEqual({ rows: ROWS, right: ROWS });
});
