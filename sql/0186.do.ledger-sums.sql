-- What the ledger says of each series, summed up: a report reads one row for a series and reason instead of a span for each page.
-- A statement that changes the ledger leaves a mark with the spans that it touched. Whoever reads the sums reads the marked spans from
-- the ledger itself, and the schedule folds the marks into the sums. So a sum is never wrong, only more or less complete.
CREATE TABLE market_data.ledger_sums (
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  set tstzmultirange NOT NULL,
  PRIMARY KEY (source, symbol, timeframe, reason)
);
COMMENT ON TABLE market_data.ledger_sums IS 'spans of the ledger by series and reason, joined; of marked spans the ledger itself is right';
COMMENT ON COLUMN market_data.ledger_sums.reason IS 'why a span is proven empty; an empty text: it has rows';
COMMENT ON COLUMN market_data.ledger_sums.set IS 'the spans, joined where they touch';

CREATE TABLE market_data.ledger_marks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  span tstzrange NOT NULL
);
COMMENT ON TABLE market_data.ledger_marks IS 'spans of the ledger that changed and are not in ledger_sums yet';
COMMENT ON COLUMN market_data.ledger_marks.span IS 'a span that was entered, changed or removed';
COMMENT ON COLUMN market_data.ledger_sums.source IS 'id of the source, such as klines_spot';
COMMENT ON COLUMN market_data.ledger_sums.symbol IS 'the venue''s own spelling';
COMMENT ON COLUMN market_data.ledger_sums.timeframe IS 'the grid of the series, such as 1m';
COMMENT ON COLUMN market_data.ledger_marks.source IS 'id of the source, such as klines_spot';
COMMENT ON COLUMN market_data.ledger_marks.symbol IS 'the venue''s own spelling';
COMMENT ON COLUMN market_data.ledger_marks.timeframe IS 'the grid of the series, such as 1m';
COMMENT ON COLUMN market_data.ledger_marks.id IS 'in the order in which they were entered';

-- PostgreSQL has range_agg of multiranges since 15.
CREATE AGGREGATE market_data.union_of_sets(tstzmultirange) (SFUNC = multirange_union, STYPE = tstzmultirange, INITCOND = '{}');

-- The definer's rights are needed because whoever may change the ledger need not be able to write here.
CREATE FUNCTION market_data.mark_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO market_data.ledger_marks (source, symbol, timeframe, span)
  SELECT source, symbol, timeframe, span FROM changed WHERE state <> 'failed';
  RETURN NULL;
END $$;
CREATE FUNCTION market_data.mark_ledger_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO market_data.ledger_marks (source, symbol, timeframe, span)
  SELECT source, symbol, timeframe, span FROM before UNION ALL SELECT source, symbol, timeframe, span FROM changed;
  RETURN NULL;
END $$;
CREATE FUNCTION market_data.forget_ledger_sums() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM market_data.ledger_sums;
  DELETE FROM market_data.ledger_marks;
  RETURN NULL;
END $$;
CREATE TRIGGER mark_added AFTER INSERT ON market_data.coverage REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_ledger();
CREATE TRIGGER mark_removed AFTER DELETE ON market_data.coverage REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_ledger();
CREATE TRIGGER mark_changed AFTER UPDATE ON market_data.coverage REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_ledger_update();
CREATE TRIGGER mark_truncated AFTER TRUNCATE ON market_data.coverage
  FOR EACH STATEMENT EXECUTE FUNCTION market_data.forget_ledger_sums();

INSERT INTO market_data.ledger_sums (source, symbol, timeframe, reason, set)
SELECT source, symbol, timeframe, coalesce(reason, ''), range_agg(span) FROM market_data.coverage WHERE state <> 'failed' GROUP BY 1, 2, 3, 4;
