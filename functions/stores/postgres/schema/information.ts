import type { Runner } from '../postgres.ts';

/** How the comment of our schema begins; the number changes with the views. */
export const OURS = 'gordon-data: the refreshes of the aggregates, as TimescaleDB would report them.';
const EDITION = `${OURS} Edition 1.`;

/** A run holds the lock of its policy while it works. The keys of both are in migration 0075. */
const AT_WORK = `EXISTS (
      SELECT FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('gordon-data policy ' || a.name, 0))`;

/** Whether something still calls the schedule: not if no run has begun for its interval and a minute. */
const SCHEDULED = `coalesce(${AT_WORK} OR a.last_start > now() - a.every - interval '1 minute', false)`;

/**
 * On plain PostgreSQL: TimescaleDB's views of jobs and continuous aggregates, with the names, columns and types of 2.28, about
 * the refreshes that the host (or EventBridge) runs. They are in no migration, because backups leave the schema out: a
 * restored copy with it could not get the extension. A login that may not create schemas works without them; `doctor` reports it.
 *
 * Columns without a counterpart in plain PostgreSQL have neutral values: `max_runtime` 0 and `max_retries` -1 mean no limit, as in
 * TimescaleDB; the aggregates are tables, hence `materialized_only`, and they are their own materialisation.
 */
const INFORMATION = `
DO $$
DECLARE
  said text := obj_description(to_regnamespace('timescaledb_information'), 'pg_namespace');
BEGIN
  -- A schema from before runs were counted has nothing to show.
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('market_data.aggregates') AND attname = 'job_id') THEN
    RETURN;
  END IF;
  -- The extension's schema, or one that is not ours.
  IF to_regnamespace('timescaledb_information') IS NOT NULL AND coalesce(said, '') NOT LIKE '${OURS}%' THEN
    RETURN;
  END IF;
  -- DROP SCHEMA market_data CASCADE leaves a schema without the views.
  IF said = '${EDITION}' AND (
      SELECT count(*) = 3 FROM pg_views WHERE schemaname = 'timescaledb_information'
        AND viewname IN ('jobs', 'job_stats', 'continuous_aggregates')) THEN
    RETURN;
  END IF;
  CREATE SCHEMA IF NOT EXISTS timescaledb_information;

  CREATE OR REPLACE VIEW timescaledb_information.jobs AS
  SELECT a.job_id,
    format('Refresh Continuous Aggregate Policy [%s]', a.job_id)::name AS application_name,
    a.every AS schedule_interval,
    interval '0' AS max_runtime,
    -1 AS max_retries,
    a.every AS retry_period,
    'market_data'::name AS proc_schema,
    'policy_refresh_continuous_aggregate'::name AS proc_name,
    to_regrole('gordon_writer') AS owner,
    ${SCHEDULED} AS scheduled,
    false AS fixed_schedule,
    jsonb_build_object('end_offset', NULL, 'start_offset', (a.lookback + a.width)::text) AS config,
    CASE WHEN ${SCHEDULED} THEN a.last_start + a.every END AS next_start,
    NULL::timestamptz AS initial_start,
    'market_data'::name AS hypertable_schema,
    a.name::name AS hypertable_name,
    NULL::name AS check_schema,
    NULL::name AS check_name
  FROM market_data.aggregates a;

  CREATE OR REPLACE VIEW timescaledb_information.job_stats AS
  SELECT 'market_data'::name AS hypertable_schema,
    a.name::name AS hypertable_name,
    a.job_id,
    a.last_start AS last_run_started_at,
    a.last_refresh AS last_successful_finish,
    CASE WHEN a.last_run_success THEN 'Success' WHEN NOT a.last_run_success THEN 'Failed' END AS last_run_status,
    CASE WHEN ${AT_WORK} THEN 'Running' WHEN ${SCHEDULED} THEN 'Scheduled' ELSE 'Paused' END AS job_status,
    a.last_finish - a.last_start AS last_run_duration,
    CASE WHEN ${SCHEDULED} THEN a.last_start + a.every END AS next_start,
    a.total_runs,
    a.total_successes,
    -- A run that is still at work has not failed.
    a.total_runs - a.total_successes - (a.total_runs > 0 AND a.last_finish IS NULL)::int AS total_failures
  FROM market_data.aggregates a
  ORDER BY a.width;

  CREATE OR REPLACE VIEW timescaledb_information.continuous_aggregates AS
  SELECT 'market_data'::name AS hypertable_schema,
    'price_klines'::name AS hypertable_name,
    'market_data'::name AS view_schema,
    a.name::name AS view_name,
    pg_get_userbyid(c.relowner) AS view_owner,
    true AS materialized_only,
    false AS compression_enabled,
    'market_data'::name AS materialization_hypertable_schema,
    a.name::name AS materialization_hypertable_name,
    format(
$definition$ SELECT date_bin(%L::interval, "timestamp", '2000-01-01 00:00:00+00'::timestamptz) AS bucket, symbol,
   (array_agg(open ORDER BY "timestamp"))[1] AS open, max(high) AS high, min(low) AS low,
   (array_agg(close ORDER BY "timestamp" DESC))[1] AS close,
   sum(volume ORDER BY "timestamp") AS volume, sum(turnover ORDER BY "timestamp") AS turnover, count(*) AS count
  FROM market_data.price_klines
  WHERE timeframe = '5m'
  GROUP BY 1, 2;$definition$, a.width) AS view_definition
  FROM market_data.aggregates a
  JOIN pg_class c ON c.relname = a.name AND c.relnamespace = to_regnamespace('market_data')
  ORDER BY a.width;

  GRANT USAGE ON SCHEMA timescaledb_information TO PUBLIC;
  GRANT SELECT ON ALL TABLES IN SCHEMA timescaledb_information TO PUBLIC;
  COMMENT ON SCHEMA timescaledb_information IS '${EDITION}';
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'timescaledb_information: %', SQLERRM;
END
$$`;

/** Creates the views if they do not exist. A schema of someone else's is left alone. */
export async function openInformation(sql: Runner): Promise<void> {
  await sql.unsafe(INFORMATION).simple();
}

/** Makes room for the extension, which creates a schema of the same name. What is not ours stays, and makes that fail. */
export async function dropInformation(sql: Runner): Promise<void> {
  const [ours] = await sql`
    select from pg_namespace
    where nspname = 'timescaledb_information' and obj_description(oid, 'pg_namespace') like ${`${OURS}%`}`;
  if (ours) await sql`drop schema timescaledb_information cascade`;
}
