import { describe, expect, it } from 'vitest';
import type { TableSpec } from '../../functions/core/series/table.ts';
import { sources } from '../../functions/sources/index.ts';
import { createTestDatabase } from '../helpers/database.ts';

const at = (text: string): number => Date.parse(text);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A row of each table with the instant from which on it could be known. */
const ROWS: readonly [table: string, row: Record<string, string | number>, knownAt: string][] = [
  [
    'funding_rates',
    {
      venue: 'binance',
      symbol: 'X',
      time: '2025-03-01T08:00Z',
      raw_time: '2025-03-01T08:00:00.042Z',
      rate: 0,
    },
    '2025-03-01T08:00:00.042Z',
  ],
  [
    'funding_rates',
    { venue: 'bybit', symbol: 'X', time: '2025-03-01T08:00Z', raw_time: '2025-03-01T07:59:59.900Z', rate: 0 },
    '2025-03-01T08:00Z',
  ],
  [
    'open_interest',
    {
      venue: 'binance',
      symbol: 'X',
      timeframe: '1h',
      time: '2025-03-01T08:00Z',
      open_interest: 1,
      unit: 'base_coin',
      sides: 'one',
    },
    '2025-03-01T08:00Z',
  ],
  [
    'long_short_ratios',
    { kind: 'top_accounts', symbol: 'X', timeframe: '5m', time: '2025-03-01T08:05Z', ratio: 1 },
    '2025-03-01T08:05Z',
  ],
  [
    'long_short_ratios',
    { kind: 'taker_volume', symbol: 'X', timeframe: '5m', time: '2025-03-01T08:05Z', ratio: 1 },
    '2025-03-01T08:05Z',
  ],
  [
    'fear_greed',
    { symbol: 'FNG', time: '2025-03-30T00:00Z', value: 50, classification: 'Neutral' },
    '2025-03-30T00:10Z',
  ],
  [
    'stablecoin_supply',
    // The day on which the clocks of Berlin change has 24 hours.
    { symbol: 'ALL', time: '2025-03-30T00:00Z', circulating_usd: 1, circulating_pegged_usd: 1 },
    '2025-03-31T01:00Z',
  ],
  ['market_caps', { symbol: 'BTC', time: '2025-03-30T00:00Z', market_cap_usd: 1 }, '2025-03-31T03:00Z'],
  [
    'macro_observations',
    { symbol: 'CPIAUCSL', time: '2025-02-01T00:00Z', realtime_start: '2025-03-12T00:00Z', value: 1 },
    '2025-03-13T06:00Z',
  ],
  [
    'option_quotes',
    {
      venue: 'deribit',
      origin: 'snapshot',
      symbol: 'BTC',
      time: '2025-03-01T08:00Z',
      instrument: 'BTC-28MAR25-1-C',
      expiry: '2025-03-28T08:00Z',
      strike: 1,
      kind: 'call',
      quote: 'BTC',
      quoted_at: '2025-03-01T08:00:31Z',
    },
    '2025-03-01T08:00:31Z',
  ],
  [
    'option_trades',
    {
      symbol: 'BTC',
      time: '2025-03-01T08:00:00.017Z',
      trade_id: '1',
      instrument: 'BTC-28MAR25-1-C',
      trade_seq: 1,
      coin: 'BTC',
      expiry: '2025-03-28T08:00Z',
      strike: 1,
      kind: 'call',
      quote: 'BTC',
      price: 1,
      amount: 1,
    },
    '2025-03-01T08:00:00.017Z',
  ],
  [
    'gex_snapshots',
    {
      symbol: 'BTC',
      time: '2025-03-01T08:00Z',
      expiry: '2025-03-28T08:00Z',
      strike: 1,
      call_oi: 1,
      put_oi: 1,
      spot: 1,
      quoted_at: '2025-03-01T08:00:31Z',
    },
    '2025-03-01T08:00:31Z',
  ],
];

/** A candle is known when it closes and a trade when it happens: neither needs a column for that. */
const isKnownByTime = ({ name, columns }: TableSpec): boolean =>
  columns.some((column) => column.name === 'close') || ['spot_trades', 'perp_trades'].includes(name);

describe('known_at', () => {
  it('stands beside every settlement, reading and observation, by one rule for each table', async () => {
    await using database = await createTestDatabase();
    const sql = database.connect();
    for (const [table, row, knownAt] of ROWS) {
      const [stored] = await sql`insert into market_data.${sql(table)} ${sql(row)} returning known_at`;
      expect([table, (stored!.known_at as Date).getTime()]).toEqual([table, at(knownAt)]);
    }
    const [ratio] = await sql`select known_at from market_data.stablecoin_supply_ratio`;
    expect((ratio!.known_at as Date).getTime()).toBe(at('2025-03-31T03:00Z'));
    const [row] = await sql`update market_data.market_caps set known_at = now() returning known_at`;
    expect((row!.known_at as Date).getTime()).toBe(at('2025-03-31T03:00Z'));
  });

  it('is in every table that is of neither candles nor trades, with its rule beside it', async () => {
    await using database = await createTestDatabase();
    const sql = database.connect();
    const tables = new Map(Object.values(sources).map(({ table }) => [table.name, table]));
    for (const [name, table] of tables) {
      const byTime = isKnownByTime(table);
      expect([name, (table.computed ?? []).map((column) => column.name)]).toEqual([
        name,
        byTime ? [] : ['known_at'],
      ]);
      const [comment] = await sql`
        select col_description(${`market_data.${name}`}::regclass, attnum) as text from pg_attribute
        where attrelid = ${`market_data.${name}`}::regclass and attname = 'known_at'`;
      expect([name, comment?.text ?? null]).toEqual([
        name,
        byTime ? null : expect.stringContaining('could first be known'),
      ]);
    }
    expect(new Set(ROWS.map(([table]) => table))).toEqual(
      new Set([...tables.values()].filter(({ computed }) => computed).map(({ name }) => name)),
    );
  });

  it('is never before the fetcher takes a daily value for final', () => {
    for (const [id, knownAfter] of [
      ['fear_greed', 10 * 60_000],
      ['stablecoin_supply', DAY + HOUR],
      ['btc_market_cap', DAY + 3 * HOUR],
    ] as const) {
      const { instants, finalAfterMs } = sources[id]!;
      expect([id, (instants ? 0 : DAY) + finalAfterMs]).toEqual([id, knownAfter]);
    }
  });
});
