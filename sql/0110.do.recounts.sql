-- What lost rows and has not been counted since. The ledger cannot know of a DELETE by hand, so the statement leaves a mark: the
-- series and the days that it touched. Whoever reports counts these days first, and takes the marks away. Nothing is added to the
-- way of INSERT and COPY.
CREATE TABLE market_data.recounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  days tstzmultirange NOT NULL,
  why text COLLATE "C" NOT NULL,
  marked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE market_data.recounts IS 'series and days of which rows were deleted and that have not been counted since';
COMMENT ON COLUMN market_data.recounts.days IS 'whole UTC days, a dropped chunk, or all of time';
COMMENT ON COLUMN market_data.recounts.why IS 'the statement: delete, truncate, update; or chunk-dropped';

-- Tables whose rows the ledger accounts for: how to tell a row's series.
CREATE TABLE market_data.counted_tables (
  name text COLLATE "C" PRIMARY KEY,
  sources text COLLATE "C" NOT NULL,
  source_of text NOT NULL,
  timeframe_of text NOT NULL,
  time_column text NOT NULL
);
COMMENT ON COLUMN market_data.counted_tables.sources IS 'what the ids of all sources of this table begin with';
COMMENT ON COLUMN market_data.counted_tables.source_of IS 'SQL: the source of a row';
COMMENT ON COLUMN market_data.counted_tables.timeframe_of IS 'SQL: the timeframe of a row; null where the table has one for each source';

-- A transaction that accounts for what it deletes says so: SET LOCAL gordon.accounted = 'on'. The definer's rights are needed because
-- whoever may delete rows need not be able to write here.
CREATE FUNCTION market_data.mark_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of market_data.counted_tables;
BEGIN
  IF current_setting('gordon.accounted', true) = 'on' THEN RETURN NULL; END IF;
  SELECT * INTO STRICT of FROM market_data.counted_tables WHERE name = TG_TABLE_NAME;
  -- Days are 24 hours in every time zone.
  EXECUTE format($mark$
    INSERT INTO market_data.recounts (source, symbol, timeframe, days, why)
    SELECT s.source, s.symbol, s.timeframe, range_agg(tstzrange(g.day, g.day + interval '24 hours')), 'delete'
    FROM (SELECT DISTINCT %s AS source, symbol, %s AS timeframe, date_bin('24 hours', %I, '2000-01-01Z') AS day FROM gone) g
    JOIN market_data.series s
      ON s.source = g.source AND s.symbol = g.symbol AND s.timeframe = coalesce(g.timeframe, s.timeframe)
    GROUP BY 1, 2, 3$mark$, of.source_of, of.timeframe_of, of.time_column);
  RETURN NULL;
END $$;

-- Statements that do not say which rows they took: all series of the table are counted.
CREATE FUNCTION market_data.mark_table() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('gordon.accounted', true) = 'on' THEN RETURN NULL; END IF;
  INSERT INTO market_data.recounts (source, symbol, timeframe, days, why)
  SELECT s.source, s.symbol, s.timeframe, '{(,)}', lower(TG_OP)
  FROM market_data.series s JOIN market_data.counted_tables t ON starts_with(s.source, t.sources)
  WHERE t.name = TG_TABLE_NAME;
  RETURN NULL;
END $$;

-- An UPDATE that sets a column of the key moves rows away. A trigger with a list of columns cannot see the rows, and one without a list
-- would run with each merge.
--
-- A hypertable with a columnstore refuses transition tables for DELETE, and older versions of TimescaleDB refuse all of them. There each
-- row has its turn, and leaves a mark where it is of another series or day than the row before. A row's trigger also fires where
-- somebody deletes from a chunk.
CREATE PROCEDURE market_data.count_deletes(
  "table" text, sources text, source_of text, timeframe_of text, time_column text, key text[]) LANGUAGE plpgsql AS $$
DECLARE
  is_hypertable boolean := false;
BEGIN
  INSERT INTO market_data.counted_tables VALUES ("table", sources, source_of, timeframe_of, time_column);
  IF to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL THEN
    EXECUTE 'SELECT exists(SELECT FROM timescaledb_information.hypertables
      WHERE hypertable_schema = ''market_data'' AND hypertable_name = $1)' INTO is_hypertable USING "table";
  END IF;
  IF is_hypertable THEN
    EXECUTE format($row$
      CREATE FUNCTION market_data.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $body$
      DECLARE
        of_row record;
        mark text;
      BEGIN
        IF current_setting('gordon.accounted', true) = 'on' THEN RETURN NULL; END IF;
        SELECT %2$s AS source, symbol, %3$s AS timeframe, date_bin('24 hours', %4$I, '2000-01-01Z') AS day
          INTO of_row FROM (SELECT OLD.*) gone;
        mark := concat_ws(' ', of_row.source, of_row.symbol, of_row.timeframe, extract(epoch FROM of_row.day));
        IF current_setting('gordon.marked', true) = mark THEN RETURN NULL; END IF;
        INSERT INTO market_data.recounts (source, symbol, timeframe, days, why)
        SELECT s.source, s.symbol, s.timeframe,
          tstzmultirange(tstzrange(of_row.day, of_row.day + interval '24 hours')), 'delete'
        FROM market_data.series s
        WHERE s.source = of_row.source AND s.symbol = of_row.symbol
          AND s.timeframe = coalesce(of_row.timeframe, s.timeframe);
        PERFORM set_config('gordon.marked', mark, true);
        RETURN NULL;
      END $body$
      $row$, 'mark_deleted_of_' || "table", source_of, timeframe_of, time_column);
    EXECUTE format('CREATE TRIGGER count_deleted AFTER DELETE ON market_data.%I
      FOR EACH ROW EXECUTE FUNCTION market_data.%I()', "table", 'mark_deleted_of_' || "table");
  ELSE
    EXECUTE format('CREATE TRIGGER count_deleted AFTER DELETE ON market_data.%I REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_deleted()', "table");
  END IF;
  EXECUTE format('CREATE TRIGGER count_truncated AFTER TRUNCATE ON market_data.%I
    FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_table()', "table");
  EXECUTE format('CREATE TRIGGER count_moved AFTER UPDATE OF %s ON market_data.%I
    FOR EACH STATEMENT EXECUTE FUNCTION market_data.mark_table()',
    (SELECT string_agg(quote_ident(c), ', ') FROM unnest("key") c), "table");
END $$;

CALL market_data.count_deletes('spot_klines', 'klines_spot', '''klines_spot''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');
CALL market_data.count_deletes('perp_klines', 'klines_perp', '''klines_perp''', 'timeframe', 'open_time', '{symbol,timeframe,open_time}');
CALL market_data.count_deletes('price_klines', 'price_klines', '''price_klines''', 'timeframe', 'timestamp', '{symbol,timeframe,timestamp}');
CALL market_data.count_deletes('funding_rates', 'funding_', '''funding_'' || venue', 'null::text', 'time', '{venue,symbol,time}');
CALL market_data.count_deletes('open_interest', 'open_interest_', '''open_interest_'' || venue', 'timeframe', 'time', '{venue,symbol,timeframe,time}');
CALL market_data.count_deletes('long_short_ratios', 'ratio_', '''ratio_'' || kind', 'timeframe', 'time', '{kind,symbol,timeframe,time}');
CALL market_data.count_deletes('fear_greed', 'fear_greed', '''fear_greed''', 'null::text', 'time', '{symbol,time}');
CALL market_data.count_deletes('stablecoin_supply', 'stablecoin_supply', '''stablecoin_supply''', 'null::text', 'time', '{symbol,time}');
CALL market_data.count_deletes('market_caps', 'btc_market_cap', '''btc_market_cap''', 'null::text', 'time', '{symbol,time}');
CALL market_data.count_deletes('macro_observations', 'macro_fred', '''macro_fred''', 'null::text', 'time', '{symbol,time,realtime_start}');
CALL market_data.count_deletes('gex_snapshots', 'gex_deribit', '''gex_deribit''', 'null::text', 'time', '{symbol,time,expiry,strike}');
