-- Series that an operator no longer wants: no schedule orders them until somebody does.
ALTER TABLE market_data.series ADD COLUMN unfollowed_at timestamptz;
ALTER TABLE market_data.series ADD COLUMN first_requested_at timestamptz;
UPDATE market_data.series s SET first_requested_at = (
  SELECT min(fetched_at) FROM market_data.coverage c
  WHERE (c.source, c.symbol, c.timeframe) = (s.source, s.symbol, s.timeframe)
);
COMMENT ON COLUMN market_data.series.unfollowed_at IS
  'no schedule orders it since then; null: they do. An order of somebody ends it';
COMMENT ON COLUMN market_data.series.first_requested_at IS
  'when it was first requested; of what was there before this column came, when its first span was fetched';
