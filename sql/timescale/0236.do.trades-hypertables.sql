-- A busy symbol has millions of trades a day: a day for each chunk. A day is complete when its file is there, and then it is only read.
SELECT create_hypertable('market_data.spot_trades', 'time',
  chunk_time_interval => interval '1 day', create_default_indexes => false);
SELECT create_hypertable('market_data.perp_trades', 'time',
  chunk_time_interval => interval '1 day', create_default_indexes => false);
ALTER TABLE market_data.spot_trades SET (
  timescaledb.compress, timescaledb.compress_segmentby = 'symbol', timescaledb.compress_orderby = 'time, trade_id');
SELECT add_compression_policy('market_data.spot_trades', compress_after => interval '7 days');
ALTER TABLE market_data.perp_trades SET (
  timescaledb.compress, timescaledb.compress_segmentby = 'symbol', timescaledb.compress_orderby = 'time, trade_id');
SELECT add_compression_policy('market_data.perp_trades', compress_after => interval '7 days');
