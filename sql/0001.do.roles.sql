-- gordon_writer is the sole writer of market_data, gordon_reader only reads. The migrator has made both, or found them:
-- functions/stores/postgres/roles.ts. This file is the second of its name: the first one made them itself and failed for a login that
-- may make no roles even where they were. Databases that have the first one are left as they are.
DO $$
BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO gordon_writer, gordon_reader', current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS market_data;
REVOKE ALL ON SCHEMA market_data FROM PUBLIC;
GRANT USAGE ON SCHEMA market_data TO gordon_writer, gordon_reader;
-- the record of migrations, made by the migrator before this file: everybody may look, nobody else may write
GRANT SELECT ON ALL TABLES IN SCHEMA market_data TO gordon_writer, gordon_reader;

-- for every table of later migrations
ALTER DEFAULT PRIVILEGES IN SCHEMA market_data REVOKE ALL ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA market_data GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gordon_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA market_data GRANT SELECT ON TABLES TO gordon_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA market_data GRANT USAGE ON SEQUENCES TO gordon_writer;
