-- gordon_writer is the sole writer of market_data, gordon_reader only reads. Roles belong to the whole cluster: another
-- database's migration may make them at this very moment, so "exists already" is no failure in either of its forms.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['gordon_writer', 'gordon_reader'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    -- Whoever migrates also works as these roles. Trying it is the only question that all versions of the server answer
    -- alike: since 16 whoever makes a role may grant it to himself, and must.
    BEGIN
      EXECUTE format('SET LOCAL ROLE %I', role_name);
      RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
      EXECUTE format('GRANT %I TO %I', role_name, current_user);
    END;
  END LOOP;
END
$$;

DO $$
BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO gordon_writer, gordon_reader', current_database());
  -- for the staging table of a page that meets rows without an account
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO gordon_writer', current_database());
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
