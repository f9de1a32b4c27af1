-- Candles of venues other than Binance have a table for each venue, with its markets beside each other: what a venue does not publish
-- is no column there, and what is dropped of one venue says nothing of another. All of them lie alike: on TimescaleDB as spot_klines
-- does, in chunks of a month and as columns after 400 days; on plain PostgreSQL with full pages of the key.
CREATE PROCEDURE market_data.lay_out_klines("table" text) LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass('_timescaledb_catalog.hypertable') IS NULL THEN
    EXECUTE format('ALTER INDEX market_data.%I SET (fillfactor = 100)', "table" || '_pkey');
    RETURN;
  END IF;
  EXECUTE format('SELECT create_hypertable(''market_data.%I'', ''open_time'',
    chunk_time_interval => interval ''30 days'', create_default_indexes => false)', "table");
  EXECUTE format('ALTER TABLE market_data.%I SET (timescaledb.compress,
    timescaledb.compress_segmentby = ''market, symbol, timeframe'', timescaledb.compress_orderby = ''open_time'')', "table");
  EXECUTE format('SELECT add_compression_policy(''market_data.%I'', compress_after => interval ''400 days'')', "table");
END $$;

CREATE TABLE market_data.bybit_klines (
  market text COLLATE "C" NOT NULL CHECK (market IN ('spot', 'linear')),
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  quote_volume double precision NOT NULL,
  PRIMARY KEY (market, symbol, timeframe, open_time)
);
COMMENT ON TABLE market_data.bybit_klines IS 'candles of Bybit: spot and USDT perpetuals. price_klines has those of the perpetuals too, with aggregates';
COMMENT ON COLUMN market_data.bybit_klines.market IS 'the venue''s category: spot, or linear for USDT perpetuals';
COMMENT ON COLUMN market_data.bybit_klines.symbol IS 'the market, as the venue writes it, such as BTCUSDT; the same name may be in both markets';
COMMENT ON COLUMN market_data.bybit_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.bybit_klines.open_time IS 'the candle''s opening, UTC; it is known when it closes';
COMMENT ON COLUMN market_data.bybit_klines.open IS 'the first price [quote asset per base asset]';
COMMENT ON COLUMN market_data.bybit_klines.high IS 'the highest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.bybit_klines.low IS 'the lowest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.bybit_klines.close IS 'the last price [quote asset per base asset]';
COMMENT ON COLUMN market_data.bybit_klines.volume IS 'what was traded; 0 in a minute without trades [base asset]';
COMMENT ON COLUMN market_data.bybit_klines.quote_volume IS 'what was paid for it, which the venue calls turnover [quote asset]';

CALL market_data.lay_out_klines('bybit_klines');
CALL market_data.count_deletes('bybit_klines', 'klines_bybit_', '''klines_bybit_'' || market', 'timeframe', 'open_time',
  '{market,symbol,timeframe,open_time}');
