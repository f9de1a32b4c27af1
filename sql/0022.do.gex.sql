CREATE TABLE market_data.gex_snapshots (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  expiry timestamptz NOT NULL,
  strike double precision NOT NULL,
  call_oi double precision NOT NULL,
  put_oi double precision NOT NULL,
  call_iv double precision,
  put_iv double precision,
  call_gamma double precision,
  put_gamma double precision,
  call_gex double precision,
  put_gex double precision,
  gross_gex double precision,
  forward double precision,
  spot double precision NOT NULL,
  quoted_at timestamptz NOT NULL,
  PRIMARY KEY (symbol, time, expiry, strike)
);
COMMENT ON TABLE market_data.gex_snapshots IS
  'gamma exposure of Deribit options, one snapshot an hour, one row for each strike of each expiry with open interest';
COMMENT ON COLUMN market_data.gex_snapshots.time IS 'beginning of the hour that the snapshot stands for; quoted_at is when it was';
COMMENT ON COLUMN market_data.gex_snapshots.call_oi IS 'open interest in coins';
COMMENT ON COLUMN market_data.gex_snapshots.call_iv IS 'mark volatility, percent a year; null where the venue has none';
COMMENT ON COLUMN market_data.gex_snapshots.call_gamma IS 'per US dollar, of one coin, by Black (1976) on the forward; null without a volatility';
COMMENT ON COLUMN market_data.gex_snapshots.call_gex IS
  'US dollars of delta for a move of 1 %: gamma x open interest x spot^2 x 0.01. Never negative; null where gamma is not known';
COMMENT ON COLUMN market_data.gex_snapshots.put_gex IS 'as call_gex, likewise never negative: which side dealers are on is for the reader to assume';
COMMENT ON COLUMN market_data.gex_snapshots.gross_gex IS 'call_gex + put_gex';
COMMENT ON COLUMN market_data.gex_snapshots.forward IS 'price of the future that the venue prices the option on, US dollars';
COMMENT ON COLUMN market_data.gex_snapshots.spot IS 'the venue''s index price, US dollars';

CREATE VIEW market_data.gex_totals AS
SELECT symbol, time, min(spot) AS spot, max(quoted_at) AS quoted_at,
  coalesce(sum(call_gex), 0) + coalesce(sum(put_gex), 0) AS gross_gex,
  coalesce(sum(call_gex), 0) AS call_gex, coalesce(sum(put_gex), 0) AS put_gex,
  coalesce(sum(call_gex), 0) - coalesce(sum(put_gex), 0) AS net_gex,
  sum(call_oi) AS call_oi, sum(put_oi) AS put_oi, count(*) AS strikes,
  count(*) FILTER (WHERE gross_gex IS NULL) AS strikes_without_gamma
FROM market_data.gex_snapshots GROUP BY symbol, time;
COMMENT ON VIEW market_data.gex_totals IS
  'gamma exposure of all options of a snapshot, US dollars for a move of 1 %; net = calls - puts, as if dealers were long calls and short puts';
