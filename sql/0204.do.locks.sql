-- Locks of the program are rows of this table: whoever may only read can neither take one nor hold one up. An advisory lock is anybody's
-- who knows its number, and pg_locks shows the numbers.
CREATE TABLE market_data.locks (
  kind text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  PRIMARY KEY (kind, slot)
);
COMMENT ON TABLE market_data.locks IS 'what a transaction of the program locks, so that another one waits; the rows never change';
COMMENT ON COLUMN market_data.locks.kind IS 'months, copy, ledger, instruments, refresh or policy';
COMMENT ON COLUMN market_data.locks.slot IS 'hash of what is locked';
-- Months of series share these. They exist from the start, so that holders take them in one order.
INSERT INTO market_data.locks (kind, slot) SELECT 'months', slot FROM generate_series(0, 4095) slot;

-- Locks names of a kind until the transaction ends, in one order, so that two holders never wait for one another. Names whose hashes
-- meet in one of the places share a lock.
CREATE FUNCTION market_data.take_locks(kind text, names jsonb, places integer DEFAULT 2147483647) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  wanted constant integer[] := ARRAY(
    SELECT DISTINCT abs(hashtextextended(name, 0) % places)::integer FROM jsonb_array_elements_text(names) AS name ORDER BY 1);
  taken integer;
BEGIN
  LOOP
    PERFORM FROM market_data.locks l
    WHERE l.kind = take_locks.kind AND l.slot = ANY (wanted) ORDER BY l.slot FOR UPDATE;
    GET DIAGNOSTICS taken = ROW_COUNT;
    EXIT WHEN taken = cardinality(wanted);
    INSERT INTO market_data.locks (kind, slot)
    SELECT take_locks.kind, slot FROM unnest(wanted) slot ORDER BY slot ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION market_data.take_locks(text, jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_data.take_locks(text, jsonb, integer) TO gordon_writer;

-- Ends the sessions of readers for which a session that is no reader waits longer than its patience, such as a migration that alters a table
-- for a query that runs for hours; and those that hoard advisory locks, whose memory all sessions share. A reader can set its time-outs as
-- it likes, so these are none. It runs as the owner, who is a member of the reader and may end it.
CREATE FUNCTION market_data.end_stalling_readers(patience interval) RETURNS TABLE (pid integer, login text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH reader AS MATERIALIZED (
    SELECT a.pid, a.usename, a.usesysid FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.usesysid IS NOT NULL
      AND pg_has_role(a.usesysid, 'gordon_reader', 'MEMBER') AND NOT pg_has_role(a.usesysid, 'gordon_writer', 'MEMBER')),
  stalling AS MATERIALIZED (
    SELECT unnest(pg_blocking_pids(l.pid)) AS pid FROM (
      SELECT DISTINCT w.pid FROM pg_locks w
      WHERE NOT w.granted AND w.waitstart < clock_timestamp() - patience AND w.pid NOT IN (SELECT r.pid FROM reader r)) l
    UNION
    SELECT h.pid FROM pg_locks h WHERE h.locktype = 'advisory' GROUP BY 1 HAVING count(*) > 100),
  -- Materialized, for a condition on the reader alone would be tried before the join, and end them all.
  ended AS MATERIALIZED (
    SELECT r.pid, r.usename::text AS login FROM reader r JOIN stalling USING (pid)
    WHERE pg_has_role(current_user, r.usesysid, 'USAGE'))
  SELECT ended.pid, ended.login FROM ended WHERE pg_terminate_backend(ended.pid)
$$;
REVOKE EXECUTE ON FUNCTION market_data.end_stalling_readers(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_data.end_stalling_readers(interval) TO gordon_writer;
