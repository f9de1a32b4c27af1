-- Until now an answer without a single row counted as one, also where there must be rows: a snapshot without an option as complete,
-- and whole months of a history as proven not to have been published. Both are missing from now on. What the venue can repeat is
-- requested again by the schedule audit-gaps; of a snapshot only its own hour could.
DELETE FROM market_data.coverage WHERE source = 'gex_deribit' AND state = 'have' AND rows = 0;

WITH histories (source, longest) AS (VALUES
  ('macro_fred', interval '70 days'), ('btc_market_cap', interval '30 days'),
  ('stablecoin_supply', interval '30 days'), ('fear_greed', interval '30 days')),
-- Spans are cut at the borders of months, so those that touch are one.
silences AS (
  SELECT c.source, c.symbol, c.timeframe, h.longest, unnest(range_agg(c.span)) AS silence
  FROM market_data.coverage c JOIN histories h USING (source)
  WHERE c.state = 'empty' AND c.reason IN ('venue-outage', 'not-published')
  GROUP BY 1, 2, 3, 4)
DELETE FROM market_data.coverage c USING silences s
WHERE c.source = s.source AND c.symbol = s.symbol AND c.timeframe = s.timeframe AND c.state = 'empty'
  AND c.reason IN ('venue-outage', 'not-published') AND c.span <@ s.silence
  AND upper(s.silence) - lower(s.silence) >= s.longest;
