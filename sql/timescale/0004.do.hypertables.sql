-- About a month for each chunk: a month of minutes of twenty symbols is some 200 MB with its index, which fits into memory
-- while it is being filled. The primary keys end in time, so they serve as they are.
SELECT create_hypertable('market_data.spot_klines', 'time',
  chunk_time_interval => interval '30 days', create_default_indexes => false);
SELECT create_hypertable('market_data.perp_klines', 'time',
  chunk_time_interval => interval '30 days', create_default_indexes => false);
