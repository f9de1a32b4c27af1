-- What has to be counted before anybody reports, each series once: see market_data.recounts.
CREATE FUNCTION market_data.due_recounts()
RETURNS TABLE (source text, symbol text, timeframe text, ids bigint[], days tstzmultirange) LANGUAGE sql AS $$
  SELECT source, symbol, timeframe, array_agg(r.id), range_agg(day)
  FROM market_data.recounts r, unnest(r.days) day
  GROUP BY 1, 2, 3 ORDER BY min(r.id)
$$;
REVOKE EXECUTE ON FUNCTION market_data.due_recounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_data.due_recounts() TO gordon_writer;
