import type { Runner } from '../postgres.ts';

/**
 * Makes the names of `market_data` available without the schema in every new session of the database: `price_klines`,
 * `CALL refresh_continuous_aggregate('price_klines_1d', …)`. The schema is appended to the existing path, so no name changes
 * its meaning. The setting belongs to the database and not to its contents, so a copy or a restored database does not have it. Hence every
 * run of the migrator sets it, and no migration does. A login that may not set it for the database sets it for itself.
 */
export const SEARCH_PATH = `
DO $$
DECLARE
  kept text := coalesce(
    (SELECT substr(setting, length('search_path=') + 1) FROM pg_db_role_setting s, unnest(setconfig) setting
     WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.setrole = 0
       AND setting LIKE 'search_path=%'),
    '"$user", public');
BEGIN
  IF kept ~ '\\mmarket_data\\M' THEN
    RETURN;
  END IF;
  BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = %s, market_data', current_database(), kept);
  EXCEPTION WHEN insufficient_privilege THEN
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET search_path = %s, market_data', current_database(), kept);
  END;
END
$$`;

/** Sets the search path for later sessions; this one keeps its own. */
export async function openSchema(sql: Runner): Promise<void> {
  await sql.unsafe(SEARCH_PATH);
}
