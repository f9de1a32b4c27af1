-- A year of hours of twenty symbols is a few MB, and of five minutes some 100 MB: a chunk for about three months.
SELECT create_hypertable('market_data.funding_rates', 'time',
  chunk_time_interval => interval '360 days', create_default_indexes => false);
SELECT create_hypertable('market_data.open_interest', 'time',
  chunk_time_interval => interval '90 days', create_default_indexes => false);
SELECT create_hypertable('market_data.long_short_ratios', 'time',
  chunk_time_interval => interval '90 days', create_default_indexes => false);
