CREATE TABLE market_data.spot_klines (
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  quote_volume double precision NOT NULL,
  trades integer NOT NULL,
  taker_buy_volume double precision NOT NULL,
  taker_buy_quote_volume double precision NOT NULL,
  PRIMARY KEY (symbol, timeframe, time)
);
COMMENT ON TABLE market_data.spot_klines IS 'candles of spot markets';
COMMENT ON COLUMN market_data.spot_klines.time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.spot_klines.volume IS 'in the base asset';
COMMENT ON COLUMN market_data.spot_klines.quote_volume IS 'in the quote asset';

CREATE TABLE market_data.perp_klines (LIKE market_data.spot_klines INCLUDING ALL);
COMMENT ON TABLE market_data.perp_klines IS 'candles of perpetual futures';
