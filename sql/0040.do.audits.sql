-- Which series are kept current, and when their rows were last counted against the ledger.
ALTER TABLE market_data.series ADD COLUMN followed boolean NOT NULL DEFAULT false;
ALTER TABLE market_data.series ADD COLUMN audited_at timestamptz;

-- What was loaded up to the present before is kept current from its end on; what was only a stretch of history is not.
UPDATE market_data.series SET followed = true
WHERE NOT isempty(requested) AND upper(requested) > now() - interval '2 days';

COMMENT ON COLUMN market_data.series.followed IS
  'it was requested up to the present once: a later request for its tail begins where the last one ended';
COMMENT ON COLUMN market_data.series.audited_at IS 'when all rows that were requested were last counted against the ledger';
COMMENT ON COLUMN market_data.coverage.reason IS
  'empty: pre-listing, delisted, venue-outage, zero-trade, not-published, source-expired; failed: the code of the error';
