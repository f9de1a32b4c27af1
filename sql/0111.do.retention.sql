-- What an operator does not keep: before an instant, older than an interval, or what he dropped. It is not fetched again; where
-- rows are gone the ledger has `empty`, reason `retired`.
CREATE TABLE market_data.retention (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  span tstzrange CHECK (NOT isempty(span)),
  keep interval CHECK (keep > interval '0'),
  reason text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (num_nonnulls(span, keep) = 1)
);
CREATE INDEX retention_source ON market_data.retention (source);
COMMENT ON COLUMN market_data.retention.span IS 'what is not kept; null: what is older than keep';
COMMENT ON COLUMN market_data.retention.reason IS 'the operator''s words; drop_chunks where TimescaleDB''s function or policy dropped it';

COMMENT ON COLUMN market_data.coverage.reason IS
  'empty: pre-listing, delisted, venue-outage, zero-trade, not-published, source-expired, retired; failed: the code of the error';

-- What is not kept of a source, on the grid of a step.
CREATE FUNCTION market_data.retired(of_source text, step interval, at timestamptz) RETURNS tstzmultirange LANGUAGE sql STABLE AS $$
  SELECT coalesce(range_agg(tstzrange(
      CASE WHEN lower(span) IS NOT NULL THEN date_bin(step, lower(span) + step - interval '1 microsecond', '1970-01-01Z') END,
      date_bin(step, coalesce(upper(span), at - keep), '1970-01-01Z')))
    FILTER (WHERE lower(span) IS NULL OR date_bin(step, lower(span) + step - interval '1 microsecond', '1970-01-01Z')
      < date_bin(step, upper(span), '1970-01-01Z')), '{}')
  FROM market_data.retention WHERE source = of_source
$$;
