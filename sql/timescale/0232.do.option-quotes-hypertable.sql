-- Some 1,500 rows an hour of one venue: about a million for each chunk.
SELECT create_hypertable('market_data.option_quotes', 'time',
  chunk_time_interval => interval '30 days', create_default_indexes => false);
