-- As mark_price_klines. A premium is signed and mostly near zero.
CREATE TABLE market_data.coinm_premium_index_klines (
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  samples integer NOT NULL,
  PRIMARY KEY (symbol, timeframe, open_time)
);
COMMENT ON TABLE market_data.coinm_premium_index_klines IS
  'candles of the premium index of Binance COIN-M, by how much the contract is above its index: funding is made of its average over the interval. Known when the candle closes';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.open IS 'the first premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.high IS 'the highest premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.low IS 'the lowest premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.close IS 'the last premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_klines.samples IS 'how often the premium was computed within the candle; no trades [samples]';

CALL market_data.keep_as_klines('coinm_premium_index_klines');
CALL market_data.count_deletes('coinm_premium_index_klines', 'premium_index_klines_coinm', '''premium_index_klines_coinm''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');

CREATE VIEW market_data.coinm_premium_index_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close, samples
FROM market_data.coinm_premium_index_klines;
COMMENT ON VIEW market_data.coinm_premium_index_candles IS 'coinm_premium_index_klines with the close_time of each candle, at which it is known';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.close_time IS 'the last millisecond of the candle, UTC; computed from open_time';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.open IS 'the first premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.high IS 'the highest premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.low IS 'the lowest premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.close IS 'the last premium [fraction of the index price]';
COMMENT ON COLUMN market_data.coinm_premium_index_candles.samples IS 'how often the premium was computed within the candle; no trades [samples]';
