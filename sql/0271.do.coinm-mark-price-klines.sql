-- As mark_price_klines, of contracts that are settled in the coin.
CREATE TABLE market_data.coinm_mark_price_klines (
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
COMMENT ON TABLE market_data.coinm_mark_price_klines IS
  'candles of the mark price of Binance COIN-M, at which positions are valued and liquidated. The first row is not the contract''s listing';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.open IS 'the first mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.high IS 'the highest mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.low IS 'the lowest mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.close IS 'the last mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_klines.samples IS 'how often the price was computed within the candle; no trades [samples]';

CALL market_data.keep_as_klines('coinm_mark_price_klines');
CALL market_data.count_deletes('coinm_mark_price_klines', 'mark_price_klines_coinm', '''mark_price_klines_coinm''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');

CREATE VIEW market_data.coinm_mark_price_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close, samples
FROM market_data.coinm_mark_price_klines;
COMMENT ON VIEW market_data.coinm_mark_price_candles IS 'coinm_mark_price_klines with the close_time of each candle, at which it is known';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.close_time IS 'the last millisecond of the candle, UTC; computed from open_time';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.open IS 'the first mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.high IS 'the highest mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.low IS 'the lowest mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.close IS 'the last mark price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_mark_price_candles.samples IS 'how often the price was computed within the candle; no trades [samples]';
