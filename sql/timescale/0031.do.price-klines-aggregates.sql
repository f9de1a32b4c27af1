SELECT create_hypertable('market_data.price_klines', 'timestamp',
  chunk_time_interval => interval '30 days', create_default_indexes => false);

-- Each is made of the one below, so that a refresh reads few rows. The newest, open bucket is computed when it is read:
-- a refresh materialises whole buckets only.
CREATE MATERIALIZED VIEW market_data.price_klines_15m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('15 minutes', "timestamp") AS bucket, symbol,
  first(open, "timestamp") AS open, max(high) AS high, min(low) AS low, last(close, "timestamp") AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, count(*) AS count
FROM market_data.price_klines
WHERE timeframe = '5m'
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW market_data.price_klines_30m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('30 minutes', bucket) AS bucket, symbol,
  first(open, bucket) AS open, max(high) AS high, min(low) AS low, last(close, bucket) AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, sum(count)::bigint AS count
FROM market_data.price_klines_15m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW market_data.price_klines_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', bucket) AS bucket, symbol,
  first(open, bucket) AS open, max(high) AS high, min(low) AS low, last(close, bucket) AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, sum(count)::bigint AS count
FROM market_data.price_klines_30m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW market_data.price_klines_4h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('4 hours', bucket) AS bucket, symbol,
  first(open, bucket) AS open, max(high) AS high, min(low) AS low, last(close, bucket) AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, sum(count)::bigint AS count
FROM market_data.price_klines_1h
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW market_data.price_klines_12h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('12 hours', bucket) AS bucket, symbol,
  first(open, bucket) AS open, max(high) AS high, min(low) AS low, last(close, bucket) AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, sum(count)::bigint AS count
FROM market_data.price_klines_4h
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW market_data.price_klines_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', bucket) AS bucket, symbol,
  first(open, bucket) AS open, max(high) AS high, min(low) AS low, last(close, bucket) AS close,
  sum(volume) AS volume, sum(turnover) AS turnover, sum(count)::bigint AS count
FROM market_data.price_klines_12h
GROUP BY 1, 2
WITH NO DATA;

-- The least that a policy may look back is two buckets. Older buckets are refreshed by the job that writes to them.
SELECT add_continuous_aggregate_policy(format('market_data.price_klines_%s', width)::regclass,
  start_offset => lookback, end_offset => interval '0', schedule_interval => interval '5 seconds')
FROM (VALUES
  ('15m', interval '30 minutes'),
  ('30m', interval '1 hour'),
  ('1h', interval '2 hours'),
  ('4h', interval '8 hours'),
  ('12h', interval '24 hours'),
  ('1d', interval '2 days')) AS policy (width, lookback);

-- A backfill that is told no range covers the last year: chunks behind that are seldom written again.
ALTER TABLE market_data.price_klines SET (
  timescaledb.compress, timescaledb.compress_segmentby = 'symbol, timeframe', timescaledb.compress_orderby = '"timestamp"');
SELECT add_compression_policy('market_data.price_klines', compress_after => interval '400 days');

CREATE VIEW market_data.aggregate_status AS
SELECT a.user_view_name::text AS name,
  j.schedule_interval AS every,
  nullif(s.last_successful_finish, '-infinity') AS last_refresh,
  nullif(s.next_start, '-infinity') AS next_refresh,
  now() - nullif(s.last_successful_finish, '-infinity') AS lag,
  nullif(_timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(a.mat_hypertable_id)), '-infinity')
    AS watermark,
  coalesce(j.scheduled AND s.last_run_status = 'Success'
    AND s.last_successful_finish > now() - j.schedule_interval - interval '1 minute', false) AS healthy
FROM _timescaledb_catalog.continuous_agg a
LEFT JOIN timescaledb_information.jobs j
  ON j.proc_name = 'policy_refresh_continuous_aggregate'
    AND (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id
LEFT JOIN timescaledb_information.job_stats s ON s.job_id = j.job_id
WHERE a.user_view_schema = 'market_data'
ORDER BY a.mat_hypertable_id;
COMMENT ON VIEW market_data.aggregate_status IS 'whether the aggregates are refreshed, and up to when they are materialised';
