-- Refreshes wait for each other by locks that a reader cannot take: see market_data.locks. Nothing else of them has changed.
CREATE OR REPLACE PROCEDURE market_data.refresh_continuous_aggregate(
  continuous_aggregate regclass,
  window_start timestamptz,
  window_end timestamptz,
  force boolean DEFAULT false,
  options jsonb DEFAULT NULL
)
LANGUAGE plpgsql
-- Tables that were just filled have no statistics yet. Each old bucket would be looked for among all fresh ones, one by one.
SET enable_nestloop = off
AS $procedure$
DECLARE
  aggregate market_data.aggregates;
  origin constant timestamptz := '2000-01-01Z';
  first_bucket timestamptz := '-infinity';
  end_bucket timestamptz := 'infinity';
  symbols text[];
  of_symbols text := '';
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
  IF options ? 'symbols' THEN
    symbols := ARRAY(SELECT jsonb_array_elements_text(options -> 'symbols'));
    of_symbols := 'AND symbol = ANY ($5)';
  END IF;
  -- Of two refreshes the later one must read later, or it would put old values over new ones.
  PERFORM market_data.take_locks('refresh', jsonb_build_array(aggregate.name));
  EXECUTE format($statement$
    WITH fresh AS MATERIALIZED (
      SELECT date_bin($1, "timestamp", $2) AS bucket, symbol,
        (array_agg(open ORDER BY "timestamp"))[1] AS open, max(high) AS high, min(low) AS low,
        (array_agg(close ORDER BY "timestamp" DESC))[1] AS close,
        -- in order, for a sum of doubles depends on it
        sum(volume ORDER BY "timestamp") AS volume, sum(turnover ORDER BY "timestamp") AS turnover, count(*) AS count
      FROM market_data.price_klines
      WHERE timeframe = '5m' AND "timestamp" >= $3 AND "timestamp" < $4 %2$s
      GROUP BY 1, 2),
    gone AS (
      DELETE FROM market_data.%1$I old WHERE bucket >= $3 AND bucket < $4 %2$s
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.symbol = old.symbol AND fresh.bucket = old.bucket))
    -- A row that is as it was is not even locked.
    INSERT INTO market_data.%1$I AS old
    SELECT fresh.* FROM fresh
    LEFT JOIN (SELECT * FROM market_data.%1$I WHERE bucket >= $3 AND bucket < $4 %2$s) had USING (symbol, bucket)
    WHERE (had.open, had.high, had.low, had.close, had.volume, had.turnover, had.count)
      IS DISTINCT FROM (fresh.open, fresh.high, fresh.low, fresh.close, fresh.volume, fresh.turnover, fresh.count)
    ON CONFLICT (symbol, bucket) DO UPDATE SET
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, turnover = excluded.turnover, count = excluded.count
    $statement$, aggregate.name, of_symbols)
  USING aggregate.width, origin, first_bucket, end_bucket, symbols;
END
$procedure$;

CREATE OR REPLACE PROCEDURE market_data.policy_refresh_continuous_aggregate(
  job_id integer,
  config jsonb,
  INOUT failure_code text DEFAULT NULL,
  INOUT failure text DEFAULT NULL
)
LANGUAGE plpgsql AS $procedure$
DECLARE
  aggregate market_data.aggregates;
  key bigint;
BEGIN
  SELECT a.* INTO STRICT aggregate FROM market_data.aggregates a
  WHERE a.job_id = policy_refresh_continuous_aggregate.job_id;
  key := hashtextextended('gordon-data policy ' || aggregate.name, 0);
  failure_code := NULL;
  failure := NULL;
  -- Runs of one policy wait for each other.
  PERFORM market_data.take_locks('policy', jsonb_build_array(aggregate.name));
  UPDATE market_data.aggregates
  SET last_start = clock_timestamp(), last_finish = NULL, last_run_success = NULL, total_runs = total_runs + 1
  WHERE name = aggregate.name;
  COMMIT;
  PERFORM market_data.take_locks('policy', jsonb_build_array(aggregate.name));
  -- Only a sign: whoever looks at pg_locks sees that a run is at work. Where somebody else holds it, the run goes on without.
  PERFORM pg_try_advisory_xact_lock(key);
  BEGIN
    CALL market_data.refresh_continuous_aggregate(
      format('market_data.%I', aggregate.name)::regclass,
      now() - (config ->> 'start_offset')::interval,
      now() - (config ->> 'end_offset')::interval);
    UPDATE market_data.aggregates
    SET last_refresh = clock_timestamp(), last_finish = clock_timestamp(), last_run_success = true,
      total_successes = total_successes + 1
    WHERE name = aggregate.name;
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    failure_code := SQLSTATE;
    failure := format('%s: %s', aggregate.name, SQLERRM);
    UPDATE market_data.aggregates SET last_finish = clock_timestamp(), last_run_success = false
    WHERE name = aggregate.name;
  END;
  COMMIT;
END
$procedure$;
