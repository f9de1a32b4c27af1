-- Venues restate answers as well as archive objects; an answer has no hash.
ALTER TABLE market_data.row_changes ALTER COLUMN sha256_was DROP NOT NULL, ALTER COLUMN sha256_became DROP NOT NULL;
COMMENT ON TABLE market_data.row_changes IS
  'what venues restated: rows as they were and as they became, in archive objects (with both hashes) and in answers (without)';
COMMENT ON COLUMN market_data.row_changes.became IS
  'the whole row since; null for one that the object or the answer no longer has, which stays in the warehouse';

ALTER TABLE market_data.series
  ADD COLUMN histories_watched_at timestamptz,
  ADD COLUMN history_turns integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN market_data.series.histories_watched_at IS
  'when answers that its rows came from were last compared with the venue; null before the first time';
COMMENT ON COLUMN market_data.series.history_turns IS 'how often they were compared: it decides which older months come next';
