-- Until now a silence of up to eight hours between two settlements counted as complete, whatever the symbol's interval was. The
-- account of the months in which one is longer than the steps around it is taken back: the rows stay, and the next audit
-- requests those months again. More than one month in doubt costs a request or two for each.
WITH settled AS (
  SELECT 'funding_' || venue AS source, symbol, time, make_interval(hours => interval_hours) AS pace,
    lag(time) OVER w AS before, lag(time, 2) OVER w AS before_that, lead(time) OVER w AS after
  FROM market_data.funding_rates
  WINDOW w AS (PARTITION BY venue, symbol ORDER BY time)
),
doubtful AS (
  SELECT source, symbol, tstzrange(before + interval '1 hour', time) AS silence FROM settled
  WHERE before IS NOT NULL AND time - before > least(pace, before - before_that, after - time, interval '8 hours')
  UNION ALL
  -- A file that begins late: the settlement before its first one was due within what the file is about.
  SELECT source, symbol, tstzrange(NULL, time - coalesce(pace, interval '8 hours'), '[]') FROM settled WHERE before IS NULL
  UNION ALL
  SELECT source, symbol, tstzrange(time + coalesce(least(pace, time - before), interval '8 hours'), NULL)
  FROM settled WHERE after IS NULL
)
DELETE FROM market_data.coverage c
WHERE c.state = 'have' AND c.source IN ('funding_binance', 'funding_bybit')
  AND EXISTS (SELECT FROM doubtful d WHERE d.source = c.source AND d.symbol = c.symbol AND d.silence && c.span);

COMMENT ON COLUMN market_data.funding_rates.interval_hours IS
  'since the settlement before: as the archive states it, else by the steps around it; null where neither says it. It changes over time';
