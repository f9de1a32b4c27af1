-- No trigger sees drop_chunks, and one on events of the database would need a superuser. So the chunks are compared with those that
-- were there before.
CREATE TABLE market_data.known_chunks (
  chunk text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  span tstzrange NOT NULL
);
COMMENT ON TABLE market_data.known_chunks IS 'chunks of the hypertables as they were last seen';

-- What has to be counted before anybody reports, each series once: see market_data.recounts. What is dropped as a chunk was removed on
-- purpose: it is not kept. The definer's rights are needed to see all chunks.
CREATE FUNCTION market_data.due_recounts()
RETURNS TABLE (source text, symbol text, timeframe text, ids bigint[], days tstzmultirange)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  WITH present AS MATERIALIZED (
    SELECT format('%s.%s', c.chunk_schema, c.chunk_name) AS chunk, t.name, tstzrange(c.range_start, c.range_end) AS span
    FROM timescaledb_information.chunks c JOIN market_data.counted_tables t ON t.name = c.hypertable_name
    WHERE c.hypertable_schema = 'market_data'),
  added AS (
    INSERT INTO market_data.known_chunks SELECT * FROM present p
    WHERE NOT EXISTS (SELECT FROM market_data.known_chunks k WHERE k.chunk = p.chunk) ON CONFLICT DO NOTHING),
  gone AS (
    DELETE FROM market_data.known_chunks k WHERE NOT EXISTS (SELECT FROM present p WHERE p.chunk = k.chunk) RETURNING *),
  lost AS (
    SELECT s.source, s.symbol, s.timeframe, g.span
    FROM gone g JOIN market_data.counted_tables t USING (name) JOIN market_data.series s ON starts_with(s.source, t.sources)
    WHERE s.requested && g.span),
  kept_no_more AS (
    INSERT INTO market_data.retention (source, span, reason)
    SELECT source, span, 'drop_chunks' FROM (SELECT DISTINCT source, span FROM lost) sources)
  INSERT INTO market_data.recounts (source, symbol, timeframe, days, why)
  SELECT source, symbol, timeframe, tstzmultirange(span), 'chunk-dropped' FROM lost;

  RETURN QUERY
  SELECT r.source, r.symbol, r.timeframe, array_agg(r.id), range_agg(day)
  FROM market_data.recounts r, unnest(r.days) day
  GROUP BY 1, 2, 3 ORDER BY min(r.id);
END $$;
REVOKE EXECUTE ON FUNCTION market_data.due_recounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_data.due_recounts() TO gordon_writer;

INSERT INTO market_data.known_chunks
SELECT format('%s.%s', c.chunk_schema, c.chunk_name), t.name, tstzrange(c.range_start, c.range_end)
FROM timescaledb_information.chunks c JOIN market_data.counted_tables t ON t.name = c.hypertable_name
WHERE c.hypertable_schema = 'market_data';
