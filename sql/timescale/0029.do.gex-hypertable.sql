-- Some 700 rows an hour: a month for each chunk.
SELECT create_hypertable('market_data.gex_snapshots', 'time',
  chunk_time_interval => interval '30 days', create_default_indexes => false);
