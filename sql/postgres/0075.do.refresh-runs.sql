-- What TimescaleDB keeps of its policies, so that the views of timescaledb_information can say it here too: one row for each
-- aggregate beside what it is. A run is noted and committed before it begins, and its success together with what it wrote. So
-- a run that fails or is killed stays a run without a success, which is how failures are counted.
ALTER TABLE market_data.aggregates
  ADD COLUMN job_id integer,
  ADD COLUMN last_start timestamptz,
  ADD COLUMN last_finish timestamptz,
  ADD COLUMN last_run_success boolean,
  ADD COLUMN total_runs bigint NOT NULL DEFAULT 0,
  ADD COLUMN total_successes bigint NOT NULL DEFAULT 0;
-- TimescaleDB gives its own jobs the numbers below.
UPDATE market_data.aggregates a SET job_id = 999 + n
FROM (SELECT name, row_number() OVER (ORDER BY width) AS n FROM market_data.aggregates) numbered
WHERE numbered.name = a.name;
ALTER TABLE market_data.aggregates ALTER COLUMN job_id SET NOT NULL, ADD UNIQUE (job_id);
COMMENT ON COLUMN market_data.aggregates.job_id IS 'its number in timescaledb_information.jobs';
COMMENT ON COLUMN market_data.aggregates.last_refresh IS 'end of the last run of the schedule that succeeded';
COMMENT ON COLUMN market_data.aggregates.last_start IS 'of a run of the schedule, as the next four; refreshes by jobs and by hand are none';
COMMENT ON COLUMN market_data.aggregates.last_finish IS 'end of the run that began at last_start; null: it is at work, or it was killed';
COMMENT ON COLUMN market_data.aggregates.last_run_success IS 'how the run that began at last_start ended';

-- One run for one aggregate, in transactions of its own: it must be called outside of one. The signature is TimescaleDB's but
-- for what went wrong: SQLSTATE and words of the error, or null.
CREATE PROCEDURE market_data.policy_refresh_continuous_aggregate(
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
  -- Runs of one policy wait for each other, and whoever looks at pg_locks sees that one is at work.
  PERFORM pg_advisory_xact_lock(key);
  UPDATE market_data.aggregates
  SET last_start = clock_timestamp(), last_finish = NULL, last_run_success = NULL, total_runs = total_runs + 1
  WHERE name = aggregate.name;
  COMMIT;
  PERFORM pg_advisory_xact_lock(key);
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

-- A failure of one aggregate keeps none of the others from being refreshed; the first one is raised at the end.
CREATE OR REPLACE PROCEDURE market_data.refresh_recent(every interval)
LANGUAGE plpgsql AS $procedure$
DECLARE
  aggregate market_data.aggregates;
  code text;
  failure text;
  first_code text;
  first_failure text;
BEGIN
  UPDATE market_data.aggregates a SET every = refresh_recent.every WHERE a.every IS DISTINCT FROM refresh_recent.every;
  COMMIT;
  FOR aggregate IN SELECT * FROM market_data.aggregates ORDER BY width LOOP
    CALL market_data.policy_refresh_continuous_aggregate(
      aggregate.job_id,
      jsonb_build_object('end_offset', NULL, 'start_offset', (aggregate.lookback + aggregate.width)::text),
      code, failure);
    first_code := coalesce(first_code, code);
    first_failure := coalesce(first_failure, failure);
  END LOOP;
  IF first_code IS NOT NULL THEN
    RAISE EXCEPTION '%', first_failure USING ERRCODE = first_code;
  END IF;
END
$procedure$;
