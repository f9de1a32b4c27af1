CREATE TABLE market_data.long_short_ratios (
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('top_accounts', 'top_positions', 'global_accounts', 'taker_volume')),
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  ratio double precision NOT NULL,
  long_share double precision,
  short_share double precision,
  buy_volume double precision,
  sell_volume double precision,
  PRIMARY KEY (kind, symbol, timeframe, time)
);
COMMENT ON TABLE market_data.long_short_ratios IS
  'Binance USD-M: long against short accounts and positions, a reading for each step, and takers'' buying against selling';
COMMENT ON COLUMN market_data.long_short_ratios.time IS
  'UTC; the instant of the reading, and of taker_volume the beginning of five minutes, known when they are over';
COMMENT ON COLUMN market_data.long_short_ratios.ratio IS
  'long / short, of taker_volume bought / sold within five minutes in every timeframe; 0 is what the venue writes, see findings';
COMMENT ON COLUMN market_data.long_short_ratios.long_share IS 'of 1; null in rows from the archive, which has the ratio alone';
COMMENT ON COLUMN market_data.long_short_ratios.buy_volume IS 'taker_volume only, in the base coin; null in rows from the archive';
