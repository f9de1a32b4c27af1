import type { Sql } from '../../functions/stores/postgres/postgres.ts';

/** A few rows in every table, with NULLs where the table has them and values that do not survive a detour over text. */
export async function fillEveryTable(sql: Sql): Promise<void> {
  for (const table of ['spot_klines', 'perp_klines']) {
    await sql`
      insert into ${sql(`market_data.${table}`)}
      select symbol, '1m', '2025-01-01Z'::timestamptz + n * interval '1 minute', n / 3.0, n + 2, n / 7.0, 0.1 + n, 1e-7 * n, 1e300, n,
        0.5, 5
      from generate_series(0, 1439) n, unnest(array['BTCUSDT', '币安USDT']) symbol`;
  }
  await sql`
    insert into market_data.price_klines
    select '2025-01-01Z'::timestamptz + n * interval '5 minutes', 'BTCUSDT', '5m', n / 3.0, n + 2, n / 7.0, 0.1 + n, n, n
    from generate_series(0, 599) n`;
  await sql`
    insert into market_data.funding_rates (venue, symbol, time, raw_time, rate, interval_hours, mark_price)
    select venue, 'BTCUSDT', t, t + interval '7 milliseconds', -0.0001, nullif(n % 3, 0), nullif(n / 3.0, 0)
    from unnest(array['binance', 'bybit']) venue, generate_series(0, 9) n,
      lateral (select '2025-01-01Z'::timestamptz + n * interval '8 hours') at(t)`;
  await sql`
    insert into market_data.open_interest (venue, symbol, timeframe, time, open_interest, unit, sides, value_usd)
    select venue, 'BTCUSDT', '5m', '2025-01-01Z'::timestamptz + n * interval '5 minutes', n / 3.0, 'base_coin', 'one', nullif(n, 4)
    from unnest(array['binance', 'bybit']) venue, generate_series(0, 9) n`;
  await sql`
    insert into market_data.long_short_ratios (kind, symbol, timeframe, time, ratio, long_share, short_share, buy_volume)
    select kind, 'BTCUSDT', '5m', '2025-01-01Z'::timestamptz + n * interval '5 minutes', 1.5, nullif(n / 10.0, 0), null, 3
    from unnest(array['top_accounts', 'top_positions', 'global_accounts', 'taker_volume']) kind, generate_series(0, 9) n`;
  await sql`
    insert into market_data.fear_greed (symbol, time, value, classification)
    select 'FNG', '2025-01-01Z'::timestamptz + n * interval '1 day', n, 'Fear, "extreme"' from generate_series(0, 9) n`;
  await sql`
    insert into market_data.stablecoin_supply (symbol, time, circulating_usd, circulating_pegged_usd)
    select 'ALL', '2025-01-01Z'::timestamptz + n * interval '1 day', nullif(n / 3.0, 1), n from generate_series(0, 9) n`;
  await sql`
    insert into market_data.market_caps (symbol, time, market_cap_usd)
    select 'BTC', '2025-01-01Z'::timestamptz + n * interval '1 day', 1e12 / 3 from generate_series(0, 9) n`;
  await sql`
    insert into market_data.macro_observations (symbol, time, realtime_start, realtime_end, value) values
      ('UNRATE', '2024-01-01Z', '2024-02-02Z', '2025-02-07Z', 3.7),
      ('UNRATE', '2024-01-01Z', '2025-02-07Z', null, 3.8),
      ('UNRATE', '2024-02-01Z', '2024-03-08Z', null, null)`;
  await sql`
    insert into market_data.gex_snapshots (symbol, time, expiry, strike, call_oi, put_oi, call_iv, call_gamma, call_gex, spot, quoted_at)
    select 'BTC', '2025-01-01Z', '2025-03-28 08:00Z', 1000 * n, n, n / 3.0, nullif(n, 3), 1e-5, 7, 94000.5, '2025-01-01 00:00:07.123Z'
    from generate_series(1, 9) n`;
  await fillOtherVenues(sql);
}

/** The same of what goes by its own name, or is of options. */
async function fillOtherVenues(sql: Sql): Promise<void> {
  const minutes = sql`'2025-01-01Z'::timestamptz + n * interval '1 minute', n / 3.0, n + 2, n / 7.0, 0.1 + n`;
  await sql`
    insert into market_data.bybit_klines
    select market, 'BTCUSDT', '1m', ${minutes}, n, 1e-7 * n from generate_series(0, 9) n, unnest(array['spot', 'linear']) market`;
  await sql`
    insert into market_data.okx_klines
    select market, 'BTC-USDT', '1m', ${minutes}, n, n, nullif(n, 3) from generate_series(0, 9) n, unnest(array['spot', 'swap']) market`;
  await sql`
    insert into market_data.hyperliquid_klines
    select market, 'kPEPE', '1m', ${minutes}, n, 5 from generate_series(0, 9) n, unnest(array['perp', 'spot']) market`;
  for (const table of ['mark_price_klines', 'index_price_klines', 'premium_index_klines']) {
    await sql`
      insert into ${sql(`market_data.${table}`)}
      select 'BTCUSDT', '1m', ${minutes}, 60 from generate_series(0, 9) n`;
  }
  await sql`
    insert into market_data.coinm_mark_price_klines
    select 'BTCUSD_PERP', '1m', ${minutes}, 60 from generate_series(0, 9) n`;
  await sql`
    insert into market_data.coinm_klines
    select 'BTCUSD_PERP', '1m', ${minutes}, n, 1e-7 * n, 5, n, 0.5 from generate_series(0, 9) n`;
  await sql`
    insert into market_data.volatility_index
    select 'BTC', '1h', '2025-01-01Z'::timestamptz + n * interval '1 hour', n / 3.0, n + 2, n / 7.0, 0.1 + n from generate_series(0, 9) n`;
  for (const table of ['spot_trades', 'perp_trades']) {
    await sql`
      insert into ${sql(`market_data.${table}`)}
      select 'BTCUSDT', '2025-01-01Z'::timestamptz + n / 3 * interval '1 millisecond', n, n / 3.0, 1e-7 * n, 2 * n, 2 * n + 1, n % 2 = 0
      from generate_series(0, 9) n`;
  }
  await sql`
    insert into market_data.option_quotes (venue, origin, symbol, time, instrument, expiry, strike, kind, quote, open_interest, mark_iv,
      quoted_at)
    select venue, 'snapshot', 'BTC', '2025-01-01Z', 'BTC-28MAR25-' || n || '000-C', '2025-03-28 08:00Z', 1000 * n, 'call', 'BTC',
      nullif(n / 3.0, 1), 51.25, '2025-01-01 00:00:07.123Z'
    from generate_series(1, 9) n, unnest(array['deribit', 'bybit']) venue`;
  await sql`
    insert into market_data.option_trades (symbol, time, trade_id, instrument, trade_seq, coin, expiry, strike, kind, quote, direction,
      price, amount, iv)
    select 'BTC', '2025-01-01Z'::timestamptz + n * interval '7 milliseconds', 'T-' || n, 'BTC-28MAR25-100000-C', n, 'BTC',
      '2025-03-28 08:00Z', 100000, 'call', 'BTC', 'buy', n / 3.0, 0.1, nullif(n, 3)
    from generate_series(1, 9) n`;
}

/** Each table of rows, with the query that takes all of its rows of one series or of several. */
export const TABLES: Readonly<Record<string, string>> = {
  spot_klines: 'symbol=BTCUSDT,币安USDT',
  perp_klines: 'symbol=BTCUSDT',
  price_klines: 'symbol=BTCUSDT&timeframe=5m',
  price_klines_15m: 'symbol=BTCUSDT',
  price_klines_30m: 'symbol=BTCUSDT',
  price_klines_1h: 'symbol=BTCUSDT',
  price_klines_4h: 'symbol=BTCUSDT',
  price_klines_12h: 'symbol=BTCUSDT',
  price_klines_1d: 'symbol=BTCUSDT',
  funding_rates: 'symbol=BTCUSDT',
  open_interest: 'symbol=BTCUSDT&timeframe=5m',
  long_short_ratios: 'symbol=BTCUSDT&timeframe=5m',
  fear_greed: 'symbol=FNG',
  stablecoin_supply: 'symbol=ALL',
  market_caps: 'symbol=BTC',
  macro_observations: 'symbol=UNRATE',
  gex_snapshots: 'symbol=BTC',
  volatility_index: 'symbol=BTC',
  option_quotes: 'symbol=BTC',
  option_trades: 'symbol=BTC',
  bybit_klines: 'symbol=BTCUSDT&timeframe=1m',
  okx_klines: 'symbol=BTC-USDT&timeframe=1m',
  hyperliquid_klines: 'symbol=kPEPE&timeframe=1m',
  mark_price_klines: 'symbol=BTCUSDT',
  index_price_klines: 'symbol=BTCUSDT',
  premium_index_klines: 'symbol=BTCUSDT',
  coinm_klines: 'symbol=BTCUSD_PERP',
  coinm_mark_price_klines: 'symbol=BTCUSD_PERP',
  spot_trades: 'symbol=BTCUSDT',
  perp_trades: 'symbol=BTCUSDT',
};
