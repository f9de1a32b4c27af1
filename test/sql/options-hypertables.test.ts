import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../helpers/timescale.ts';

/** The migration that makes hypertables of tables that may have rows. */
const HYPERTABLES = '0272';
/** Trades of two days in each of four months, and candles of three years: each table has several chunks afterwards. */
const MONTHS = ['2024-01', '2024-02', '2024-03', '2024-06'];
const ROWS = [
  `insert into market_data.option_trades
     (symbol, time, trade_id, instrument, trade_seq, coin, expiry, strike, kind, quote, direction, price, amount, iv)
   select symbol, (month || '-05Z')::timestamptz + n * interval '1 hour', month || n, 'BTC-27DEC24-50000-C', (of - 1) * 48 + n + 1, 'BTC',
     '2024-12-27 08:00Z', 50000, 'call', 'BTC', 'buy', 0.05, n, 60
   from unnest(array['BTC', 'ETH']) symbol, unnest(array[${MONTHS.map((month) => `'${month}'`)}]) with ordinality m (month, of), generate_series(0, 47) n
   where n <> 7`,
  `insert into market_data.volatility_index
   select symbol, '1d', time, 50, 60, 40, 55
   from unnest(array['BTC', 'ETH']) symbol, generate_series('2022-01-01Z'::timestamptz, '2024-12-31Z', '1 day') time`,
  `insert into market_data.series (source, symbol, timeframe, requested) values
     ('option_trades_deribit', 'BTC', '1h', '{[2024-01-01Z,2025-01-01Z)}'),
     ('dvol_deribit', 'BTC', '1d', '{[2022-01-01Z,2025-01-01Z)}')`,
];

describe.skipIf(timescaleAbsent)(
  'trades of options and volatility that were there before the hypertables',
  () => {
    let db: TestTimescale;
    let before: unknown[];
    const all = async () => [
      await db.sql`select * from market_data.option_trades order by symbol, time, trade_id`,
      await db.sql`select * from market_data.volatility_index order by symbol, timeframe, time`,
      await db.sql`select * from market_data.option_trade_gaps order by symbol, first_missing`,
    ];
    const marks = () => db.sql`select source, symbol, days::text, why from market_data.recounts order by id`;

    beforeAll(async () => {
      db = await startTimescale(HYPERTABLES);
      await db.exec(`set application_name = 'gordon-data'`);
      for (const statement of ROWS) await db.exec(statement);
      before = await all();
      await db.applyMigrations();
    });
    afterAll(() => db?.close());

    it('are the same rows in chunks, with what reads them', async () => {
      expect(await all()).toEqual(before);
      const chunks = await db.sql`
      select hypertable_name as name, count(*)::int as chunks from timescaledb_information.chunks
      where hypertable_name in ('option_trades', 'volatility_index') group by 1 order by 1`;
      expect(chunks).toEqual([
        { name: 'option_trades', chunks: expect.any(Number) },
        { name: 'volatility_index', chunks: expect.any(Number) },
      ]);
      for (const { chunks: n } of chunks) expect(n).toBeGreaterThan(3);
      const [left] = await db.sql`select count(*)::int as rows from only market_data.option_trades`;
      expect(left).toEqual({ rows: 0 });
    });

    it('left no mark on their way, and leave one where somebody deletes, truncates or changes them', async () => {
      expect(await marks()).toEqual([]);
      expect(await db.sql`select * from market_data.hand_changes`).toEqual([]);
      await db.exec(`delete from market_data.option_trades where symbol = 'BTC' and time < '2024-01-06Z'`);
      await db.exec(`delete from market_data.volatility_index where symbol = 'BTC' and time = '2023-05-01Z'`);
      expect((await marks()).map(({ source, why }) => [source, why])).toEqual([
        ['option_trades_deribit', 'delete'],
        ['dvol_deribit', 'delete'],
      ]);
      await db.exec(`set application_name = 'psql'`);
      await db.exec(
        `update market_data.volatility_index set close = 56 where symbol = 'ETH' and time = '2023-05-01Z'`,
      );
      await db.exec(`set application_name = 'gordon-data'`);
      const [changed] = await db.sql`select table_name from market_data.hand_changes`;
      expect(changed).toEqual({ table_name: 'volatility_index' });
      await db.exec('truncate market_data.option_trades');
      expect((await marks()).at(-1)).toMatchObject({ source: 'option_trades_deribit', why: 'truncate' });
    });

    it('go on taking rows, once each, and their dropped chunks are noticed', async () => {
      await db.exec(ROWS[0]!);
      await expect(db.exec(ROWS[0]!)).rejects.toThrow(/duplicate key/);
      await db.exec('delete from market_data.recounts');
      await db.sql`select count(*) from market_data.due_recounts()`;
      await db.exec(`select drop_chunks('market_data.volatility_index', '2023-01-01Z'::timestamptz)`);
      const due = await db.sql`select source from market_data.due_recounts()`;
      expect(due).toEqual([{ source: 'dvol_deribit' }]);
    });
  },
);
