-- A failure was noted beside a proof that was due to be looked at again, so two spans lay over each other, and the report showed the
-- proof alone. The failure is what is known since; the proof is requested again.
DELETE FROM market_data.coverage e USING market_data.coverage f
WHERE e.state = 'empty' AND f.state = 'failed' AND e.span && f.span
  AND e.source = f.source AND e.symbol = f.symbol AND e.timeframe = f.timeframe;
