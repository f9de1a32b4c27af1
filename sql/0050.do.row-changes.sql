-- What the venue restated: rows that an archive object had otherwise when it was published anew. The warehouse holds what
-- became of them; this holds what they were.
CREATE TABLE market_data.row_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  was jsonb,
  became jsonb,
  object text NOT NULL,
  sha256_was text NOT NULL,
  sha256_became text NOT NULL,
  changed_at timestamptz NOT NULL,
  CHECK (was IS NOT NULL OR became IS NOT NULL)
);
COMMENT ON COLUMN market_data.row_changes.was IS 'the whole row before; null for one that the venue added';
COMMENT ON COLUMN market_data.row_changes.became IS
  'the whole row since; null for one that the new object no longer has, which stays in the warehouse';
CREATE INDEX row_changes_series ON market_data.row_changes (source, symbol, timeframe, time);

ALTER TABLE market_data.series ADD COLUMN archives_watched_at timestamptz;
COMMENT ON COLUMN market_data.series.archives_watched_at IS
  'when its archive objects were last compared with the archive; null before the first time';
