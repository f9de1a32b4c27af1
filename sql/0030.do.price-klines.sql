-- Candles of the second API. Its aggregates are made of the 5-minute rows; rows of other timeframes stand beside them.
CREATE TABLE market_data.price_klines (
  "timestamp" timestamptz NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  turnover double precision NOT NULL,
  PRIMARY KEY (symbol, timeframe, "timestamp")
);
COMMENT ON TABLE market_data.price_klines IS 'candles of Bybit''s USDT perpetuals';
COMMENT ON COLUMN market_data.price_klines."timestamp" IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.price_klines.volume IS 'in the base asset';
COMMENT ON COLUMN market_data.price_klines.turnover IS 'in the quote asset';

-- A refresh reads a window of all symbols.
CREATE INDEX price_klines_time ON market_data.price_klines ("timestamp");

-- The jobs whose rows the aggregates have seen. One that is missing here ended before it came to that.
CREATE TABLE market_data.refreshed_jobs (
  job_id text COLLATE "C" PRIMARY KEY,
  refreshed_at timestamptz NOT NULL
);
CREATE INDEX coverage_candles ON market_data.coverage (fetched_at) WHERE source = 'price_klines' AND state = 'have';
