-- Chains that others recorded have no index in each row, and may have none at all: their exposure is that of the future of the expiry.
CREATE OR REPLACE VIEW market_data.option_gex AS
SELECT venue, origin, symbol, time, expiry, strike,
  coalesce(call_oi, CASE WHEN calls > 0 THEN NULL ELSE 0 END) AS call_oi,
  coalesce(put_oi, CASE WHEN puts > 0 THEN NULL ELSE 0 END) AS put_oi,
  CASE WHEN calls = call_known THEN coalesce(call_gex, 0) END AS call_gex,
  CASE WHEN puts = put_known THEN coalesce(put_gex, 0) END AS put_gex,
  CASE WHEN calls = call_known AND puts = put_known THEN coalesce(call_gex, 0) + coalesce(put_gex, 0) END AS gross_gex,
  underlying_price, index_price, quoted_at, known_at
FROM (
  SELECT venue, origin, symbol, time, expiry, strike,
    count(*) FILTER (WHERE kind = 'call') AS calls,
    count(*) FILTER (WHERE kind = 'put') AS puts,
    count(gamma * open_interest * spot) FILTER (WHERE kind = 'call') AS call_known,
    count(gamma * open_interest * spot) FILTER (WHERE kind = 'put') AS put_known,
    sum(open_interest) FILTER (WHERE kind = 'call') AS call_oi,
    sum(open_interest) FILTER (WHERE kind = 'put') AS put_oi,
    sum(gamma * open_interest * spot ^ 2 * 0.01) FILTER (WHERE kind = 'call') AS call_gex,
    sum(gamma * open_interest * spot ^ 2 * 0.01) FILTER (WHERE kind = 'put') AS put_gex,
    max(underlying_price) AS underlying_price, max(index_price) AS index_price,
    max(quoted_at) AS quoted_at, max(known_at) AS known_at
  FROM (
    SELECT *, coalesce(index_price, CASE WHEN origin <> 'snapshot' THEN underlying_price END) AS spot FROM market_data.option_quotes
  ) q
  -- Options that nobody holds add nothing, whether they have a gamma or not.
  WHERE open_interest IS DISTINCT FROM 0
  GROUP BY venue, origin, symbol, time, expiry, strike
) held;
COMMENT ON COLUMN market_data.option_gex.call_gex IS
  'gamma x open interest x index_price^2 x 0.01, of recorded chains without an index x underlying_price^2. Never negative; null where it is not known [USD of delta for a move of 1 %]';
COMMENT ON COLUMN market_data.option_quotes.quoted_at IS
  'when the quotes were taken, UTC; of recorded ones, when each arrived at whoever recorded it';
COMMENT ON COLUMN market_data.option_quotes.index_price IS
  'the venue''s index; of recorded chains that of the options that are priced on it, null in an hour without one [USD]';
DO $do$
DECLARE
  view text;
BEGIN
  FOREACH view IN ARRAY '{option_quotes,option_gex,option_skew,option_term_structure}'::text[] LOOP
    EXECUTE format('COMMENT ON COLUMN market_data.%I.origin IS %L', view,
      'snapshot: taken by this program, each hour; tardis: recorded by tardis.dev, as the chain stood at the end of the hour, of the first day of each month alone');
  END LOOP;
END
$do$;
COMMENT ON COLUMN market_data.coverage.reason IS
  'empty: pre-listing, delisted, venue-outage, zero-trade, not-published, source-expired, retired, not-offered; failed: the code of the error';
