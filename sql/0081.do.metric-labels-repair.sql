-- What was proven and stored of Binance's statistics by rules that did not hold. It is missing from now on, and is fetched
-- again by the schedule audit-gaps or the next job.
CREATE TEMPORARY TABLE metric_kinds ON COMMIT DROP AS
SELECT * FROM (VALUES
  ('open_interest_binance', NULL), ('ratio_top_accounts', 'top_accounts'), ('ratio_top_positions', 'top_positions'),
  ('ratio_global_accounts', 'global_accounts'), ('ratio_taker_volume', 'taker_volume')) AS kinds (source, kind);

-- A day's midnight stands in the file of the day before, which nobody looked at for it: such a proof goes, the rest of the
-- span keeps its own.
CREATE TEMPORARY TABLE half_proven ON COMMIT DROP AS
SELECT c.*, tstzmultirange(c.span) - (
    SELECT range_agg(tstzrange(midnight, midnight + CASE c.timeframe WHEN '5m' THEN interval '5 minutes' ELSE interval '1 hour' END))
    FROM generate_series(date_trunc('day', lower(c.span), 'UTC'), upper(c.span), interval '1 day') AS midnight) AS rest
FROM market_data.coverage c JOIN metric_kinds USING (source)
WHERE c.state = 'empty' AND c.reason IN ('not-published', 'source-expired');

DELETE FROM market_data.coverage c USING half_proven h
WHERE c.id = h.id AND h.rest IS DISTINCT FROM tstzmultirange(h.span);
INSERT INTO market_data.coverage
  (source, symbol, timeframe, span, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at)
SELECT source, symbol, timeframe, part, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at
FROM half_proven, unnest(rest) AS part WHERE rest IS DISTINCT FROM tstzmultirange(span);

-- Rows of files since the labels moved stand at the beginnings of their slots, and so does the taker volume of REST.
CREATE TEMPORARY TABLE misplaced ON COMMIT DROP AS
SELECT c.id, c.source, k.kind, c.symbol, c.timeframe, c.span, c.object
FROM market_data.coverage c JOIN metric_kinds k USING (source)
WHERE c.state = 'have'
  AND (substring(c.object FROM '-metrics-(\d{4}-\d{2}-\d{2})\.zip$') >= '2026-06-25'
    OR (c.source = 'ratio_taker_volume' AND c.sha256 IS NULL));

-- The archive has no volumes, and REST forgets them after 30 days: they are kept as they were.
INSERT INTO market_data.row_changes
  (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became, changed_at)
SELECT m.source, m.symbol, m.timeframe, r.time, to_jsonb(r), NULL, coalesce(m.object, 'rest'), '', '', now()
FROM misplaced m JOIN market_data.long_short_ratios r
  ON r.kind = m.kind AND r.symbol = m.symbol AND r.timeframe = m.timeframe AND r.time <@ m.span
WHERE r.buy_volume IS NOT NULL;

DELETE FROM market_data.long_short_ratios r USING misplaced m
WHERE r.kind = m.kind AND r.symbol = m.symbol AND r.timeframe = m.timeframe
  AND r.time >= lower(m.span) AND r.time < upper(m.span);
DELETE FROM market_data.open_interest r USING misplaced m
WHERE m.kind IS NULL AND r.venue = 'binance' AND r.symbol = m.symbol AND r.timeframe = m.timeframe
  AND r.time >= lower(m.span) AND r.time < upper(m.span);
DELETE FROM market_data.coverage c USING misplaced m WHERE c.id = m.id;

-- And what such files and answers were said to lack.
DELETE FROM market_data.coverage c USING metric_kinds k
WHERE c.source = k.source AND c.state = 'empty' AND c.reason IN ('not-published', 'source-expired', 'venue-outage')
  AND (upper(c.span) > '2026-06-25 00:00:00Z' OR (c.source = 'ratio_taker_volume' AND c.reason = 'venue-outage'));

COMMENT ON COLUMN market_data.row_changes.became IS
  'the whole row since; null for one that the new object no longer has, which stays in the warehouse, and for one that the program itself took out to fetch it again: then the hashes are empty';
