-- Quotes of a recorded chain are up to an hour apart, so the distance of a future from the index is mostly that of two moments.
CREATE OR REPLACE VIEW market_data.option_term_structure AS
SELECT venue, origin, symbol, time, expiry, quote, days, atm_iv,
  -- A variance that falls with time is an arbitrage, or two quotes that do not fit together: no volatility is made of it.
  CASE WHEN days * atm_iv ^ 2 >= before_days * before_iv ^ 2 AND days > before_days
    THEN sqrt((days * atm_iv ^ 2 - before_days * before_iv ^ 2) / (days - before_days)) END AS forward_iv,
  underlying_price, index_price,
  CASE origin WHEN 'snapshot' THEN (underlying_price / nullif(index_price, 0) - 1) * 365 / nullif(days, 0) * 100 END AS annual_basis,
  known_at
FROM (
  SELECT s.*, lag(days) OVER expiries AS before_days, lag(atm_iv) OVER expiries AS before_iv
  FROM market_data.option_skew s
  WHERE atm_iv IS NOT NULL
  WINDOW expiries AS (PARTITION BY venue, origin, symbol, time, quote ORDER BY expiry)
) o;
COMMENT ON COLUMN market_data.option_term_structure.annual_basis IS
  'underlying_price over index_price, for a year of simple interest; null of recorded chains, whose quotes are up to an hour apart [percent a year]';
