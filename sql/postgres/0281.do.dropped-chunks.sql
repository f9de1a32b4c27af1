-- Whether chunks of a table were dropped and no count has noticed it yet. Plain tables have none.
CREATE FUNCTION market_data.chunks_are_gone("table" text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN false;
COMMENT ON FUNCTION market_data.chunks_are_gone IS 'whether chunks of a table were dropped and nothing has noticed it yet';
