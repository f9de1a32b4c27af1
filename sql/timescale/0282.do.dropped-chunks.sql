-- Whether chunks of a table were dropped and no count has noticed it yet: due_recounts() compares them too, and enters what is lost.
CREATE FUNCTION market_data.chunks_are_gone("table" text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM market_data.known_chunks k WHERE k.name = $1 AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = split_part(k.chunk, '.', 1) AND c.relname = split_part(k.chunk, '.', 2)))
$$;
COMMENT ON FUNCTION market_data.chunks_are_gone IS 'whether chunks of a table were dropped and nothing has noticed it yet';
