-- Candles of contracts that are settled in the coin. What they count as volume is contracts, and the field that holds the quote volume of
-- other candles is in the coin, so these columns have names of their own.
CREATE TABLE market_data.coinm_klines (
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  base_volume double precision NOT NULL,
  trades integer NOT NULL,
  taker_buy_volume double precision NOT NULL,
  taker_buy_base_volume double precision NOT NULL,
  PRIMARY KEY (symbol, timeframe, open_time)
);
COMMENT ON TABLE market_data.coinm_klines IS 'candles of Binance COIN-M, perpetual and quarterly. Volumes are contracts; coinm_candles has them in USD';
COMMENT ON COLUMN market_data.coinm_klines.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_klines.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_klines.open IS 'the first price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_klines.high IS 'the highest price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_klines.low IS 'the lowest price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_klines.close IS 'the last price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_klines.volume IS 'what was traded; a contract is 100 USD of BTC, 10 USD of every other coin [contracts]';
COMMENT ON COLUMN market_data.coinm_klines.base_volume IS 'the same in the coin, at the prices of the trades [coins]';
COMMENT ON COLUMN market_data.coinm_klines.trades IS 'how many trades there were [trades]';
COMMENT ON COLUMN market_data.coinm_klines.taker_buy_volume IS 'the part of volume that takers bought [contracts]';
COMMENT ON COLUMN market_data.coinm_klines.taker_buy_base_volume IS 'the part of base_volume that takers bought [coins]';

CALL market_data.keep_as_klines('coinm_klines');
CALL market_data.count_deletes('coinm_klines', 'klines_coinm', '''klines_coinm''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');

-- The size of a contract has never changed, and the list of the venue has it for each.
CREATE FUNCTION market_data.coinm_contract_usd(symbol text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN starts_with(symbol, 'BTCUSD_') THEN 100 ELSE 10 END;
COMMENT ON FUNCTION market_data.coinm_contract_usd IS 'what one contract of COIN-M is worth, US dollars';

CREATE VIEW market_data.coinm_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close,
  volume, base_volume, trades, taker_buy_volume, taker_buy_base_volume,
  volume * market_data.coinm_contract_usd(symbol) AS usd_volume
FROM market_data.coinm_klines;
COMMENT ON VIEW market_data.coinm_candles IS 'coinm_klines with the close_time of each candle and its volume in US dollars';
COMMENT ON COLUMN market_data.coinm_candles.symbol IS 'the contract, as the venue writes it, such as BTCUSD_PERP or BTCUSD_261225';
COMMENT ON COLUMN market_data.coinm_candles.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.coinm_candles.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.coinm_candles.close_time IS 'the last millisecond of the candle, UTC; computed from open_time';
COMMENT ON COLUMN market_data.coinm_candles.open IS 'the first price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_candles.high IS 'the highest price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_candles.low IS 'the lowest price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_candles.close IS 'the last price [USD per coin]';
COMMENT ON COLUMN market_data.coinm_candles.volume IS 'what was traded; a contract is 100 USD of BTC, 10 USD of every other coin [contracts]';
COMMENT ON COLUMN market_data.coinm_candles.base_volume IS 'the same in the coin, at the prices of the trades [coins]';
COMMENT ON COLUMN market_data.coinm_candles.trades IS 'how many trades there were [trades]';
COMMENT ON COLUMN market_data.coinm_candles.taker_buy_volume IS 'the part of volume that takers bought [contracts]';
COMMENT ON COLUMN market_data.coinm_candles.taker_buy_base_volume IS 'the part of base_volume that takers bought [coins]';
COMMENT ON COLUMN market_data.coinm_candles.usd_volume IS 'volume times the size of a contract [USD]';
