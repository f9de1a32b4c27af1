-- When a candle closes, as Binance has it: a millisecond before the next one opens. It follows from the opening, so it is
-- computed where people read and never stored. By seconds: a day of an interval is 23 hours long where the clocks change.
CREATE FUNCTION market_data.candle_close(open_time timestamptz, timeframe text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN open_time + make_interval(secs => extract(epoch FROM timeframe::interval)) - interval '1 millisecond';
COMMENT ON FUNCTION market_data.candle_close IS 'the last millisecond of a candle';

CREATE VIEW market_data.spot_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close,
  volume, quote_volume, trades, taker_buy_volume, taker_buy_quote_volume
FROM market_data.spot_klines;
COMMENT ON VIEW market_data.spot_candles IS 'spot_klines with the close_time of each candle';

CREATE VIEW market_data.perp_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close,
  volume, quote_volume, trades, taker_buy_volume, taker_buy_quote_volume
FROM market_data.perp_klines;
COMMENT ON VIEW market_data.perp_candles IS 'perp_klines with the close_time of each candle';
