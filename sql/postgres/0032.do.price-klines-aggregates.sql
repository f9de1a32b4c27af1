-- What TimescaleDB's continuous aggregates are elsewhere: tables of the same names and columns, kept by a procedure of the
-- same name and signature. Lengths are in hours, for a day of an interval is 23 hours long where the clocks change.
CREATE TABLE market_data.aggregates (
  name text COLLATE "C" PRIMARY KEY,
  base text COLLATE "C" NOT NULL,
  width interval NOT NULL,
  lookback interval NOT NULL,
  every interval,
  last_refresh timestamptz
);
COMMENT ON TABLE market_data.aggregates IS 'what each aggregate is made of, and how it is kept';
COMMENT ON COLUMN market_data.aggregates.lookback IS 'how far back the schedule refreshes; older buckets are for whoever writes to them';
COMMENT ON COLUMN market_data.aggregates.every IS 'the schedule that last refreshed it';
INSERT INTO market_data.aggregates (name, base, width, lookback) VALUES
  ('price_klines_15m', 'price_klines', '00:15', '00:30'),
  ('price_klines_30m', 'price_klines_15m', '00:30', '01:00'),
  ('price_klines_1h', 'price_klines_30m', '01:00', '02:00'),
  ('price_klines_4h', 'price_klines_1h', '04:00', '08:00'),
  ('price_klines_12h', 'price_klines_4h', '12:00', '24:00'),
  ('price_klines_1d', 'price_klines_12h', '24:00', '48:00');

CREATE TABLE market_data.price_klines_15m (
  bucket timestamptz NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  turnover double precision NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (symbol, bucket)
);
COMMENT ON COLUMN market_data.price_klines_15m.count IS '5-minute candles in the bucket';
CREATE INDEX ON market_data.price_klines_15m (bucket);
CREATE TABLE market_data.price_klines_30m (LIKE market_data.price_klines_15m INCLUDING ALL);
CREATE TABLE market_data.price_klines_1h (LIKE market_data.price_klines_15m INCLUDING ALL);
CREATE TABLE market_data.price_klines_4h (LIKE market_data.price_klines_15m INCLUDING ALL);
CREATE TABLE market_data.price_klines_12h (LIKE market_data.price_klines_15m INCLUDING ALL);
CREATE TABLE market_data.price_klines_1d (LIKE market_data.price_klines_15m INCLUDING ALL);

-- Computes the whole buckets within the window anew, as TimescaleDB's does; a bound that is NULL is none, so that the newest,
-- open bucket is computed too when there is no end. Rows that do not change are not written.
CREATE PROCEDURE market_data.refresh_continuous_aggregate(
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
      SELECT date_bin($1, %1$I, $2) AS bucket, symbol,
        (array_agg(open ORDER BY %1$I))[1] AS open, max(high) AS high, min(low) AS low,
        (array_agg(close ORDER BY %1$I DESC))[1] AS close,
        -- in order, for a sum of doubles depends on it
        sum(volume ORDER BY %1$I) AS volume, sum(turnover ORDER BY %1$I) AS turnover, %2$s AS count
      FROM market_data.%3$I
      WHERE %4$s AND %1$I >= $3 AND %1$I < $4
      GROUP BY 1, 2),
    gone AS (
      DELETE FROM market_data.%5$I old WHERE bucket >= $3 AND bucket < $4
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.symbol = old.symbol AND fresh.bucket = old.bucket))
    INSERT INTO market_data.%5$I AS old SELECT * FROM fresh
    ON CONFLICT (symbol, bucket) DO UPDATE SET
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, turnover = excluded.turnover, count = excluded.count
    WHERE old.* IS DISTINCT FROM excluded.*
    $statement$,
    CASE aggregate.base WHEN 'price_klines' THEN 'timestamp' ELSE 'bucket' END,
    CASE aggregate.base WHEN 'price_klines' THEN 'count(*)' ELSE 'sum(count)::bigint' END,
    aggregate.base,
    CASE aggregate.base WHEN 'price_klines' THEN 'timeframe = ''5m''' ELSE 'true' END,
    aggregate.name)
  USING aggregate.width, origin, first_bucket, end_bucket;
END
$procedure$;

-- What TimescaleDB's policies do, for a schedule outside to call: the last two buckets of each aggregate and the open one.
CREATE PROCEDURE market_data.refresh_recent(every interval)
LANGUAGE plpgsql AS $procedure$
DECLARE
  aggregate market_data.aggregates;
BEGIN
  FOR aggregate IN SELECT * FROM market_data.aggregates ORDER BY width LOOP
    CALL market_data.refresh_continuous_aggregate(
      format('market_data.%I', aggregate.name)::regclass, now() - aggregate.lookback, NULL);
    UPDATE market_data.aggregates SET last_refresh = clock_timestamp(), every = refresh_recent.every
    WHERE name = aggregate.name;
  END LOOP;
END
$procedure$;

CREATE VIEW market_data.aggregate_status AS
SELECT a.name, a.every, a.last_refresh, a.last_refresh + a.every AS next_refresh, now() - a.last_refresh AS lag,
  newest.bucket + a.width AS watermark,
  coalesce(a.last_refresh > now() - a.every - interval '1 minute', false) AS healthy
FROM market_data.aggregates a
JOIN (
  SELECT 'price_klines_15m' AS name, max(bucket) AS bucket FROM market_data.price_klines_15m
  UNION ALL SELECT 'price_klines_30m', max(bucket) FROM market_data.price_klines_30m
  UNION ALL SELECT 'price_klines_1h', max(bucket) FROM market_data.price_klines_1h
  UNION ALL SELECT 'price_klines_4h', max(bucket) FROM market_data.price_klines_4h
  UNION ALL SELECT 'price_klines_12h', max(bucket) FROM market_data.price_klines_12h
  UNION ALL SELECT 'price_klines_1d', max(bucket) FROM market_data.price_klines_1d) newest USING (name)
ORDER BY a.width;
COMMENT ON VIEW market_data.aggregate_status IS 'whether the aggregates are refreshed, and up to when they are materialised';
