-- Each aggregate is made of price_klines itself. Made upon one another, a late row reached an aggregate only when it lay
-- within the lookback of every one below, and a refresh of one alone found nothing to do. A policy computes anew only what
-- was written, so two days of a symbol are 864 rows.
--
-- TimescaleDB cannot change what an aggregate is made of: they are dropped and made again. A refresh cannot run in this
-- transaction; the note at the end has the migrator do it afterwards, window by window.
DROP VIEW market_data.aggregate_status;
DROP MATERIALIZED VIEW market_data.price_klines_1d;
DROP MATERIALIZED VIEW market_data.price_klines_12h;
DROP MATERIALIZED VIEW market_data.price_klines_4h;
DROP MATERIALIZED VIEW market_data.price_klines_1h;
DROP MATERIALIZED VIEW market_data.price_klines_30m;
DROP MATERIALIZED VIEW market_data.price_klines_15m;

-- A policy refreshes the whole buckets within its window, so it begins one bucket before the lookback that is promised:
-- else the bucket of a row nearly that old would be cut. It ends one bucket in the future, so the open one is whole too and
-- is kept current; an end of now would leave it as it was, if somebody materialised it, until it closes. No later end: from
-- ten buckets on TimescaleDB refreshes in parts, of which one run may leave out what was written last (seen with 2.23).
DO $$
DECLARE
  width interval;
  suffix text;
  lookback interval;
BEGIN
  FOR suffix, width, lookback IN VALUES
    ('15m', interval '15 minutes', interval '30 minutes'),
    ('30m', interval '30 minutes', interval '1 hour'),
    ('1h', interval '1 hour', interval '2 hours'),
    ('4h', interval '4 hours', interval '8 hours'),
    ('12h', interval '12 hours', interval '24 hours'),
    ('1d', interval '1 day', interval '2 days')
  LOOP
    EXECUTE format($statement$
      CREATE MATERIALIZED VIEW market_data.%I
      WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
      SELECT time_bucket(%L::interval, "timestamp") AS bucket, symbol,
        first(open, "timestamp") AS open, max(high) AS high, min(low) AS low, last(close, "timestamp") AS close,
        sum(volume) AS volume, sum(turnover) AS turnover, count(*) AS count
      FROM market_data.price_klines
      WHERE timeframe = '5m'
      GROUP BY 1, 2
      WITH NO DATA
      $statement$, 'price_klines_' || suffix, width);
    -- Not yet: a policy that ran first would move the watermark to now, and the history would be in no view until the
    -- migrator comes to it. Until then all of it is computed when it is read. The migrator starts the policies.
    PERFORM alter_job(
      add_continuous_aggregate_policy(format('market_data.price_klines_%s', suffix)::regclass,
        start_offset => lookback + width, end_offset => -width, schedule_interval => interval '5 seconds'),
      scheduled => false);
  END LOOP;
END
$$;

-- The watermark of an aggregate without rows is the earliest instant that a timestamp can be, in 4714 BC.
CREATE VIEW market_data.aggregate_status AS
SELECT a.user_view_name::text AS name,
  j.schedule_interval AS every,
  nullif(s.last_successful_finish, '-infinity') AS last_refresh,
  nullif(s.next_start, '-infinity') AS next_refresh,
  now() - nullif(s.last_successful_finish, '-infinity') AS lag,
  CASE WHEN w.watermark > '0001-01-01Z' THEN w.watermark END AS watermark,
  coalesce(j.scheduled AND s.last_run_status = 'Success'
    AND s.last_successful_finish > now() - j.schedule_interval - interval '1 minute', false) AS healthy
FROM _timescaledb_catalog.continuous_agg a
CROSS JOIN LATERAL (
  SELECT _timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(a.mat_hypertable_id)) AS watermark) w
LEFT JOIN timescaledb_information.jobs j
  ON j.proc_name = 'policy_refresh_continuous_aggregate'
    AND (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id
LEFT JOIN timescaledb_information.job_stats s ON s.job_id = j.job_id
WHERE a.user_view_schema = 'market_data'
ORDER BY a.mat_hypertable_id;
COMMENT ON VIEW market_data.aggregate_status IS 'whether the aggregates are refreshed, and up to when they are materialised';

INSERT INTO market_data.meta (key, value)
SELECT 'aggregates-to-materialise', jsonb_build_object(
  'from', (extract(epoch FROM date_trunc('day', min("timestamp"), 'UTC')) * 1000)::int8,
  'until', (extract(epoch FROM max("timestamp") + interval '5 minutes') * 1000)::int8)
FROM market_data.price_klines;
