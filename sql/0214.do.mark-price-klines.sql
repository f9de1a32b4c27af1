-- Candles of prices that the venue computes instead of trading at them: no volume and no trades, but a number of samples.
CREATE TABLE market_data.mark_price_klines (
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
COMMENT ON TABLE market_data.mark_price_klines IS
  'candles of the mark price of Binance USD-M, at which positions are valued and liquidated. The first row is not the contract''s listing';
COMMENT ON COLUMN market_data.mark_price_klines.symbol IS 'the contract, as the venue writes it, such as BTCUSDT';
COMMENT ON COLUMN market_data.mark_price_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.mark_price_klines.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.mark_price_klines.open IS 'the first mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_klines.high IS 'the highest mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_klines.low IS 'the lowest mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_klines.close IS 'the last mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_klines.samples IS 'how often the price was computed within the candle; no trades [samples]';

-- A table of candles is kept as spot_klines is: a hypertable with a columnstore where that is one, else with full pages of the key.
CREATE PROCEDURE market_data.keep_as_klines("table" text) LANGUAGE plpgsql AS $$
DECLARE
  is_hypertable boolean := false;
BEGIN
  IF to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL THEN
    EXECUTE 'SELECT exists(SELECT FROM timescaledb_information.hypertables
      WHERE hypertable_schema = ''market_data'' AND hypertable_name = ''spot_klines'')' INTO is_hypertable;
  END IF;
  IF NOT is_hypertable THEN
    EXECUTE format('ALTER INDEX market_data.%I SET (fillfactor = 100)', "table" || '_pkey');
    RETURN;
  END IF;
  EXECUTE 'SELECT create_hypertable($1::regclass, ''open_time'',
    chunk_time_interval => interval ''30 days'', create_default_indexes => false)' USING 'market_data.' || "table";
  EXECUTE format('ALTER TABLE market_data.%I SET (timescaledb.compress, timescaledb.compress_segmentby = ''symbol, timeframe'',
    timescaledb.compress_orderby = ''open_time'')', "table");
  EXECUTE 'SELECT add_compression_policy($1::regclass, compress_after => interval ''400 days'')' USING 'market_data.' || "table";
END $$;
COMMENT ON PROCEDURE market_data.keep_as_klines IS 'keeps a table of candles as spot_klines is kept';

CALL market_data.keep_as_klines('mark_price_klines');
CALL market_data.count_deletes('mark_price_klines', 'mark_price_klines', '''mark_price_klines''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');

CREATE VIEW market_data.mark_price_candles AS
SELECT symbol, timeframe, open_time, market_data.candle_close(open_time, timeframe) AS close_time, open, high, low, close, samples
FROM market_data.mark_price_klines;
COMMENT ON VIEW market_data.mark_price_candles IS 'mark_price_klines with the close_time of each candle, at which it is known';
COMMENT ON COLUMN market_data.mark_price_candles.symbol IS 'the contract, as the venue writes it, such as BTCUSDT';
COMMENT ON COLUMN market_data.mark_price_candles.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.mark_price_candles.open_time IS 'the candle''s opening, UTC';
COMMENT ON COLUMN market_data.mark_price_candles.close_time IS 'the last millisecond of the candle, UTC; computed from open_time';
COMMENT ON COLUMN market_data.mark_price_candles.open IS 'the first mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_candles.high IS 'the highest mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_candles.low IS 'the lowest mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_candles.close IS 'the last mark price [quote asset per base asset]';
COMMENT ON COLUMN market_data.mark_price_candles.samples IS 'how often the price was computed within the candle; no trades [samples]';
