-- Long candles that were computed from the rows of a series, so that a chart of years of days does not read years of minutes. They are
-- used only where they are known to be of the rows that are there now. Whatever changes rows leaves a mark in the same transaction, in
-- ledger_marks, recounts or hand_changes; a marked day is computed from its rows until the mark is folded, which takes the day out of
-- kept_spans. Only a holder of the lock of the fold enters days, so no day is entered while a mark of it is folded.
CREATE TABLE market_data.kept_candles (
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  every text COLLATE "C" NOT NULL,
  bucket timestamptz NOT NULL,
  open double precision,
  high double precision,
  low double precision,
  close double precision,
  sums double precision[] NOT NULL,
  rows integer NOT NULL,
  PRIMARY KEY (source, symbol, timeframe, every, bucket)
);
COMMENT ON TABLE market_data.kept_candles IS 'long candles as they were computed from the rows of a series; right where kept_spans has them, and no mark';
COMMENT ON COLUMN market_data.kept_candles.source IS 'id of the source, such as klines_spot';
COMMENT ON COLUMN market_data.kept_candles.symbol IS 'the venue''s own spelling';
COMMENT ON COLUMN market_data.kept_candles.timeframe IS 'the grid of the rows that it is made of, such as 1m';
COMMENT ON COLUMN market_data.kept_candles.every IS 'its own length, such as 1d';
COMMENT ON COLUMN market_data.kept_candles.bucket IS 'its opening, UTC';
COMMENT ON COLUMN market_data.kept_candles.open IS 'of its first row';
COMMENT ON COLUMN market_data.kept_candles.high IS 'the highest of its rows';
COMMENT ON COLUMN market_data.kept_candles.low IS 'the lowest of its rows';
COMMENT ON COLUMN market_data.kept_candles.close IS 'of its last row';
COMMENT ON COLUMN market_data.kept_candles.sums IS 'of the columns that add up, in the order of the table; each is added in the order of time';
COMMENT ON COLUMN market_data.kept_candles.rows IS 'rows that it is made of';

CREATE TABLE market_data.kept_spans (
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  kept tstzmultirange NOT NULL,
  changes bigint NOT NULL,
  PRIMARY KEY (source, symbol, timeframe)
);
COMMENT ON TABLE market_data.kept_spans IS 'days of a series whose long candles are kept, unless a mark says that their rows have changed since';
COMMENT ON COLUMN market_data.kept_spans.source IS 'id of the source, such as klines_spot';
COMMENT ON COLUMN market_data.kept_spans.symbol IS 'the venue''s own spelling';
COMMENT ON COLUMN market_data.kept_spans.timeframe IS 'the grid of the rows, such as 1m';
COMMENT ON COLUMN market_data.kept_spans.kept IS 'up to whole UTC days; a bucket within them that has no candle has no row';
COMMENT ON COLUMN market_data.kept_spans.changes IS 'how many transactions had changed the table by hand: with another number in hand_changes nothing is kept';

-- With the ledger its marks go, which may be those of rows: then no day is known to be right. Under the lock, for a day may be entered
-- at this moment.
CREATE OR REPLACE FUNCTION market_data.forget_ledger_sums() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM market_data.take_locks('ledger', '["fold"]');
  DELETE FROM market_data.kept_spans;
  DELETE FROM market_data.ledger_sums;
  DELETE FROM market_data.ledger_marks;
  RETURN NULL;
END $$;
