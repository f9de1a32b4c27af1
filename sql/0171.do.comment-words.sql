-- Comments in the words that the documents use.
COMMENT ON COLUMN market_data.coverage.evidence IS 'empty: what was requested and what came; failed: the error';
COMMENT ON COLUMN market_data.instruments.listed_at IS 'as the venue says it; null where it does not';
COMMENT ON COLUMN market_data.series.requested IS 'all that was ever requested, [start, end) on the grid';
