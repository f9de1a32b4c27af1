CREATE TABLE market_data.hyperliquid_klines (
  market text COLLATE "C" NOT NULL CHECK (market IN ('perp', 'spot')),
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  trades integer NOT NULL,
  PRIMARY KEY (market, symbol, timeframe, open_time)
);
COMMENT ON TABLE market_data.hyperliquid_klines IS
  'candles of Hyperliquid: perpetuals and spot. The venue keeps the newest 5,000 of each timeframe; what was not loaded in time is lost';
COMMENT ON COLUMN market_data.hyperliquid_klines.market IS 'perp, or spot';
COMMENT ON COLUMN market_data.hyperliquid_klines.symbol IS
  'the coin of a perpetual as the venue writes it, such as BTC; kPEPE is a thousand PEPE, and small letters matter. A spot pair is its number, such as @107';
COMMENT ON COLUMN market_data.hyperliquid_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.hyperliquid_klines.open_time IS 'the candle''s opening, UTC; it is known when it closes';
COMMENT ON COLUMN market_data.hyperliquid_klines.open IS 'the first price [quote asset per base asset]';
COMMENT ON COLUMN market_data.hyperliquid_klines.high IS 'the highest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.hyperliquid_klines.low IS 'the lowest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.hyperliquid_klines.close IS 'the last price [quote asset per base asset]';
COMMENT ON COLUMN market_data.hyperliquid_klines.volume IS 'what was traded; the venue publishes no volume in the quote asset [base asset]';
COMMENT ON COLUMN market_data.hyperliquid_klines.trades IS 'how many trades there were [trades]';

CALL market_data.keep_as_klines('hyperliquid_klines');
CALL market_data.count_deletes('hyperliquid_klines', 'klines_hyperliquid_', '''klines_hyperliquid_'' || market', 'timeframe', 'open_time',
  '{market,symbol,timeframe,open_time}');
