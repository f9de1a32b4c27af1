-- Each aggregate is made of price_klines itself, as on TimescaleDB: a refresh of one needs no refresh of another, and each
-- lookback is what it says.
ALTER TABLE market_data.aggregates DROP COLUMN base;
COMMENT ON TABLE market_data.aggregates IS 'what each aggregate is, and how it is kept';
COMMENT ON COLUMN market_data.aggregates.lookback IS
  'rows that are younger come into the aggregate by the schedule; older ones are for whoever writes them';

-- Computes the whole buckets within the window anew, as TimescaleDB's does; a bound that is NULL is none, so that the newest,
-- open bucket is computed too when there is no end. Rows that do not change are not written.
CREATE OR REPLACE PROCEDURE market_data.refresh_continuous_aggregate(
  continuous_aggregate regclass,
  window_start timestamptz,
  window_end timestamptz,
  force boolean DEFAULT false,
  options jsonb DEFAULT NULL
)
LANGUAGE plpgsql AS $procedure$
DECLARE
  aggregate market_data.aggregates;
  origin constant timestamptz := '2000-01-01Z';
  first_bucket timestamptz := '-infinity';
  end_bucket timestamptz := 'infinity';
BEGIN
  SELECT a.* INTO aggregate FROM market_data.aggregates a
  JOIN pg_class c ON c.relname = a.name AND c.relnamespace = 'market_data'::regnamespace
  WHERE c.oid = continuous_aggregate;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'relation "%" is not a continuous aggregate', continuous_aggregate
      USING ERRCODE = 'wrong_object_type', HINT = 'They are listed in market_data.aggregates.';
  END IF;
  IF isfinite(window_start) THEN
    first_bucket := date_bin(aggregate.width, window_start, origin);
    IF first_bucket < window_start THEN
      first_bucket := first_bucket + aggregate.width;
    END IF;
  END IF;
  IF isfinite(window_end) THEN
    end_bucket := date_bin(aggregate.width, window_end, origin);
  END IF;
  IF first_bucket >= end_bucket THEN
    RAISE EXCEPTION 'refresh window too small'
      USING ERRCODE = 'invalid_parameter_value',
        DETAIL = 'The refresh window must cover at least one bucket of data.',
        HINT = 'Align the refresh window with the buckets or use at least two of them.';
  END IF;
  -- Of two refreshes the later one must read later, or it would put old values over new ones.
  PERFORM pg_advisory_xact_lock(hashtextextended('gordon-data refresh ' || aggregate.name, 0));
  EXECUTE format($statement$
    WITH fresh AS MATERIALIZED (
      SELECT date_bin($1, "timestamp", $2) AS bucket, symbol,
        (array_agg(open ORDER BY "timestamp"))[1] AS open, max(high) AS high, min(low) AS low,
        (array_agg(close ORDER BY "timestamp" DESC))[1] AS close,
        -- in order, for a sum of doubles depends on it
        sum(volume ORDER BY "timestamp") AS volume, sum(turnover ORDER BY "timestamp") AS turnover, count(*) AS count
      FROM market_data.price_klines
      WHERE timeframe = '5m' AND "timestamp" >= $3 AND "timestamp" < $4
      GROUP BY 1, 2),
    gone AS (
      DELETE FROM market_data.%1$I old WHERE bucket >= $3 AND bucket < $4
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.symbol = old.symbol AND fresh.bucket = old.bucket))
    INSERT INTO market_data.%1$I AS old SELECT * FROM fresh
    ON CONFLICT (symbol, bucket) DO UPDATE SET
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, turnover = excluded.turnover, count = excluded.count
    WHERE old.* IS DISTINCT FROM excluded.*
    $statement$, aggregate.name)
  USING aggregate.width, origin, first_bucket, end_bucket;
END
$procedure$;

-- What TimescaleDB's policies do, for a schedule outside to call: all buckets that have rows of the lookback, and the open
-- one. Only whole buckets are refreshed, so it begins one bucket earlier.
CREATE OR REPLACE PROCEDURE market_data.refresh_recent(every interval)
LANGUAGE plpgsql AS $procedure$
DECLARE
  aggregate market_data.aggregates;
BEGIN
  FOR aggregate IN SELECT * FROM market_data.aggregates ORDER BY width LOOP
    CALL market_data.refresh_continuous_aggregate(
      format('market_data.%I', aggregate.name)::regclass, now() - aggregate.lookback - aggregate.width, NULL);
    UPDATE market_data.aggregates SET last_refresh = clock_timestamp(), every = refresh_recent.every
    WHERE name = aggregate.name;
  END LOOP;
END
$procedure$;

-- What is stored was summed up in steps, in which a sum of doubles differs in the last place, and may have missed rows. The
-- migrator computes it anew afterwards, window by window: from the first to the last of rows and buckets.
INSERT INTO market_data.meta (key, value)
SELECT 'aggregates-to-materialise', jsonb_build_object(
  'from', (extract(epoch FROM date_trunc('day', min(first), 'UTC')) * 1000)::int8,
  'until', (extract(epoch FROM max(last) + interval '24 hours') * 1000)::int8)
FROM (
  SELECT min("timestamp") AS first, max("timestamp") AS last FROM market_data.price_klines
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_15m
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_30m
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_1h
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_4h
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_12h
  UNION ALL SELECT min(bucket), max(bucket) FROM market_data.price_klines_1d) ends;
