-- Candles of both markets are named by when they open, as the venues name it: `open_time`.
ALTER TABLE market_data.spot_klines RENAME COLUMN time TO open_time;
ALTER TABLE market_data.perp_klines RENAME COLUMN time TO open_time;

-- Rows that were kept as they were before a restatement have the name of their day.
UPDATE market_data.row_changes SET
  was = (was - 'time') || jsonb_build_object('open_time', was -> 'time'),
  became = (became - 'time') || jsonb_build_object('open_time', became -> 'time')
WHERE source IN ('klines_spot', 'klines_perp');
