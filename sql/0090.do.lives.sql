-- A symbol can be delisted and come back, and a new contract can take the ticker of an old one: each has a list of lives. What
-- was kept until now is one life, looked at once and for ever; it counts as never looked at, so the schedule looks again, and
-- what the old look proved wrongly is taken out of the ledger then.
ALTER TABLE market_data.series
  ADD COLUMN lives tstzmultirange,
  ADD COLUMN lives_evidence jsonb,
  ADD COLUMN lives_looked_at timestamptz;
UPDATE market_data.series SET lives = tstzmultirange(tstzrange(listed_at, delisted_at))
WHERE listed_at IS NOT NULL AND (delisted_at IS NULL OR delisted_at > listed_at);
COMMENT ON COLUMN market_data.series.lives IS
  'the stretches in which the symbol was traded, [start, end); the last one has no end while it lasts; null until it was looked up';
COMMENT ON COLUMN market_data.series.lives_evidence IS
  'byObjects: a border is that of an archive object; asked: the requests behind it';
COMMENT ON COLUMN market_data.series.lives_looked_at IS
  'when API and archive were both looked at; null: not yet, so that the schedule does it';
COMMENT ON COLUMN market_data.series.listed_at IS 'the beginning of the first life; null until it was looked up';
COMMENT ON COLUMN market_data.series.delisted_at IS 'the end of the last life; null while it lasts';
