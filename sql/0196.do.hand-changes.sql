-- Rows that somebody inserts or changes by hand. The ledger says nothing of them, so whoever serves a file that was made before could
-- not know that its rows are others now. Each such transaction leaves a mark for its table; what is removed has marks of its own, with
-- the days. A statement of the program itself, which the ledger accounts for, leaves none: it is known by the name of its session, so
-- COPY pays for one comparison.
CREATE TABLE market_data.hand_changes (
  table_name text COLLATE "C" NOT NULL,
  transaction xid8 NOT NULL,
  changes bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (table_name, transaction)
);
COMMENT ON TABLE market_data.hand_changes IS 'transactions that inserted or changed rows of a table by hand; their number never falls';
COMMENT ON COLUMN market_data.hand_changes.table_name IS 'a table of market_data';
COMMENT ON COLUMN market_data.hand_changes.transaction IS 'the transaction; 0: all that were counted since';
COMMENT ON COLUMN market_data.hand_changes.changes IS 'transactions';

-- The definer's rights are needed because whoever may change rows need not be able to write here.
CREATE FUNCTION market_data.mark_hand_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- One row for each transaction: two sessions never wait for each other.
  INSERT INTO market_data.hand_changes (table_name, transaction) VALUES (TG_TABLE_NAME, pg_current_xact_id())
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE PROCEDURE market_data.notice_hand_changes("table" text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER changed_by_hand AFTER INSERT OR UPDATE ON market_data.%I
    FOR EACH STATEMENT WHEN (NOT starts_with(current_setting(''application_name''), ''gordon-data''))
    EXECUTE FUNCTION market_data.mark_hand_change()', "table");
END $$;

-- Tables of later migrations get both.
ALTER PROCEDURE market_data.count_deletes(text, text, text, text, text, text[]) RENAME TO count_lost;
CREATE PROCEDURE market_data.count_deletes(
  "table" text, sources text, source_of text, timeframe_of text, time_column text, key text[]) LANGUAGE plpgsql AS $$
BEGIN
  CALL market_data.count_lost("table", sources, source_of, timeframe_of, time_column, key);
  CALL market_data.notice_hand_changes("table");
END $$;

DO $$
DECLARE
  of text;
BEGIN
  FOR of IN SELECT name FROM market_data.counted_tables LOOP
    CALL market_data.notice_hand_changes(of);
  END LOOP;
END $$;
