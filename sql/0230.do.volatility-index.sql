-- Deribit's volatility index (DVOL): candles, so each is known when it closes.
CREATE TABLE market_data.volatility_index (
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  PRIMARY KEY (symbol, timeframe, time)
);
COMMENT ON TABLE market_data.volatility_index IS
  'volatility indices, such as Deribit''s DVOL: the volatility that options of the next 30 days imply, as candles';
COMMENT ON COLUMN market_data.volatility_index.symbol IS 'the coin of the index: BTC or ETH';
COMMENT ON COLUMN market_data.volatility_index.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.volatility_index.time IS 'the candle''s opening, UTC; it is known when it closes';
COMMENT ON COLUMN market_data.volatility_index.open IS 'the first value [percent a year]';
COMMENT ON COLUMN market_data.volatility_index.high IS 'the highest value [percent a year]';
COMMENT ON COLUMN market_data.volatility_index.low IS 'the lowest value [percent a year]';
COMMENT ON COLUMN market_data.volatility_index.close IS 'the last value [percent a year]';
CALL market_data.count_deletes('volatility_index', 'dvol_deribit', '''dvol_deribit''', 'timeframe', 'time', '{symbol,timeframe,time}');
