-- Chains of options as rows, and what is made of them as views: a rule that changes needs no data anew.
CREATE TABLE market_data.option_quotes (
  venue text COLLATE "C" NOT NULL,
  origin text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  instrument text COLLATE "C" NOT NULL,
  expiry timestamptz NOT NULL,
  strike double precision NOT NULL,
  kind text COLLATE "C" NOT NULL,
  quote text COLLATE "C" NOT NULL,
  open_interest double precision,
  mark_iv double precision,
  mark_price double precision,
  bid_price double precision,
  ask_price double precision,
  underlying_price double precision,
  index_price double precision,
  delta double precision,
  gamma double precision,
  vega double precision,
  theta double precision,
  quoted_at timestamptz NOT NULL,
  known_at timestamptz,
  PRIMARY KEY (venue, origin, symbol, time, instrument)
);
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.option_quotes
  FOR EACH ROW EXECUTE FUNCTION market_data.known_when_quoted();

CREATE VIEW market_data.option_gex AS
SELECT venue, origin, symbol, time, expiry, strike,
  coalesce(call_oi, CASE WHEN calls > 0 THEN NULL ELSE 0 END) AS call_oi,
  coalesce(put_oi, CASE WHEN puts > 0 THEN NULL ELSE 0 END) AS put_oi,
  CASE WHEN calls = call_known THEN coalesce(call_gex, 0) END AS call_gex,
  CASE WHEN puts = put_known THEN coalesce(put_gex, 0) END AS put_gex,
  CASE WHEN calls = call_known AND puts = put_known THEN coalesce(call_gex, 0) + coalesce(put_gex, 0) END AS gross_gex,
  underlying_price, index_price, quoted_at, known_at
FROM (
  SELECT venue, origin, symbol, time, expiry, strike,
    count(*) FILTER (WHERE kind = 'call') AS calls,
    count(*) FILTER (WHERE kind = 'put') AS puts,
    count(gamma * open_interest * index_price) FILTER (WHERE kind = 'call') AS call_known,
    count(gamma * open_interest * index_price) FILTER (WHERE kind = 'put') AS put_known,
    sum(open_interest) FILTER (WHERE kind = 'call') AS call_oi,
    sum(open_interest) FILTER (WHERE kind = 'put') AS put_oi,
    sum(gamma * open_interest * index_price ^ 2 * 0.01) FILTER (WHERE kind = 'call') AS call_gex,
    sum(gamma * open_interest * index_price ^ 2 * 0.01) FILTER (WHERE kind = 'put') AS put_gex,
    max(underlying_price) AS underlying_price, max(index_price) AS index_price,
    max(quoted_at) AS quoted_at, max(known_at) AS known_at
  FROM market_data.option_quotes
  -- Options that nobody holds add nothing, whether they have a gamma or not.
  WHERE open_interest IS DISTINCT FROM 0
  GROUP BY venue, origin, symbol, time, expiry, strike
) held;

-- Between two strikes the volatility is taken to be a straight line over delta. Beyond the outermost strike there is none.
CREATE VIEW market_data.option_skew AS
SELECT s.venue, s.origin, s.symbol, s.time, s.expiry, s.quote,
  extract(epoch FROM s.expiry - max(s.quoted_at))::float8 / 86400 AS days,
  max(p.iv) FILTER (WHERE s.kind = 'call' AND p.target = 0.5) AS atm_iv,
  max(p.iv) FILTER (WHERE s.kind = 'call' AND p.target = 0.25) AS call_25_iv,
  max(p.iv) FILTER (WHERE s.kind = 'put' AND p.target = 0.25) AS put_25_iv,
  max(p.iv) FILTER (WHERE s.kind = 'call' AND p.target = 0.25)
    - max(p.iv) FILTER (WHERE s.kind = 'put' AND p.target = 0.25) AS risk_reversal_25,
  (max(p.iv) FILTER (WHERE s.kind = 'call' AND p.target = 0.25)
    + max(p.iv) FILTER (WHERE s.kind = 'put' AND p.target = 0.25)) / 2
    - max(p.iv) FILTER (WHERE s.kind = 'call' AND p.target = 0.5) AS butterfly_25,
  max(s.underlying_price) AS underlying_price, max(s.index_price) AS index_price, max(s.known_at) AS known_at
FROM (
  SELECT q.*, abs(delta) AS here,
    lead(abs(delta)) OVER strikes AS there, lead(mark_iv) OVER strikes AS iv_there
  FROM market_data.option_quotes q
  WHERE delta IS NOT NULL
  WINDOW strikes AS (PARTITION BY venue, origin, symbol, time, expiry, quote, kind ORDER BY abs(delta), strike)
) s
LEFT JOIN LATERAL (
  SELECT t.target, s.mark_iv + (s.iv_there - s.mark_iv) * (t.target - s.here) / (s.there - s.here) AS iv
  FROM (VALUES (0.25), (0.5)) t (target)
  WHERE t.target >= s.here AND t.target < s.there
) p ON true
GROUP BY s.venue, s.origin, s.symbol, s.time, s.expiry, s.quote;

CREATE VIEW market_data.option_term_structure AS
SELECT venue, origin, symbol, time, expiry, quote, days, atm_iv,
  -- A variance that falls with time is an arbitrage, or two quotes that do not fit together: no volatility is made of it.
  CASE WHEN days * atm_iv ^ 2 >= before_days * before_iv ^ 2 AND days > before_days
    THEN sqrt((days * atm_iv ^ 2 - before_days * before_iv ^ 2) / (days - before_days)) END AS forward_iv,
  underlying_price, index_price,
  (underlying_price / nullif(index_price, 0) - 1) * 365 / nullif(days, 0) * 100 AS annual_basis, known_at
FROM (
  SELECT s.*, lag(days) OVER expiries AS before_days, lag(atm_iv) OVER expiries AS before_iv
  FROM market_data.option_skew s
  WHERE atm_iv IS NOT NULL
  WINDOW expiries AS (PARTITION BY venue, origin, symbol, time, quote ORDER BY expiry)
) o;

COMMENT ON TABLE market_data.option_quotes IS
  'chains of options, one row for each living option of a snapshot; views make exposure, skew and term structure of them';
COMMENT ON VIEW market_data.option_gex IS
  'gamma exposure by strike and expiry, from option_quotes: of Deribit the same numbers as gex_snapshots of the same hour';
COMMENT ON VIEW market_data.option_skew IS
  'volatility at the money and at a delta of a quarter, for each expiry of a snapshot; from option_quotes';
COMMENT ON VIEW market_data.option_term_structure IS
  'volatility at the money from expiry to expiry of a snapshot; from option_quotes';
DO $do$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT format('market_data.%I', t.of_table) AS name, v.of_column, v.said
    FROM (VALUES
      ('{option_quotes,option_gex,option_skew,option_term_structure}'::text[], 'venue', 'the exchange that the options are traded at'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'origin', 'snapshot: taken by this program, each hour; else the name of whoever recorded them'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'symbol', 'the coin of the options, such as BTC'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'time', 'beginning of the hour that the snapshot stands for'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'expiry', 'when the options expire, UTC'),
      ('{option_quotes,option_skew,option_term_structure}', 'quote', 'the asset that the options'' prices are in and that they are settled in'),
      ('{option_quotes,option_gex}', 'strike', 'the price at which the option may be exercised [USD]'),
      ('{option_quotes}', 'instrument', 'the option, as the venue writes it'),
      ('{option_quotes}', 'kind', 'call or put'),
      ('{option_quotes}', 'open_interest', 'open contracts, of one coin each; null where the venue''s answer has no number [coins]'),
      ('{option_quotes}', 'mark_iv', 'volatility that the venue marks the option with; null where it has none [percent a year]'),
      ('{option_quotes}', 'mark_price', 'the venue''s mark [see quote]'),
      ('{option_quotes}', 'bid_price', 'the best bid; null where there is none [see quote]'),
      ('{option_quotes}', 'ask_price', 'the best offer; null where there is none [see quote]'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'underlying_price', 'of the future that the venue prices the option on, or the index [USD]'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'index_price', 'the venue''s index [USD]'),
      ('{option_quotes}', 'delta', 'by Black (1976) on underlying_price, from mark_iv, as the other greeks; null without a volatility [coins for one coin]'),
      ('{option_quotes}', 'gamma', 'change of delta, of an option on one coin [1/USD]'),
      ('{option_quotes}', 'vega', 'of an option on one coin [USD for one percentage point of volatility]'),
      ('{option_quotes}', 'theta', 'of an option on one coin [USD for one day]'),
      ('{option_quotes,option_gex}', 'quoted_at', 'when the quotes were taken, UTC'),
      ('{option_quotes,option_gex,option_skew,option_term_structure}', 'known_at', 'when it could first be known: when it was quoted'),
      ('{option_gex}', 'call_oi', 'open interest of the calls; null where it is not known [coins]'),
      ('{option_gex}', 'put_oi', 'open interest of the puts; null where it is not known [coins]'),
      ('{option_gex}', 'call_gex', 'gamma x open interest x index_price^2 x 0.01. Never negative; null where it is not known [USD of delta for a move of 1 %]'),
      ('{option_gex}', 'put_gex', 'as call_gex, likewise never negative: which side dealers are on is for the reader to assume [USD of delta for a move of 1 %]'),
      ('{option_gex}', 'gross_gex', 'call_gex + put_gex [USD of delta for a move of 1 %]'),
      ('{option_skew,option_term_structure}', 'days', 'from the quotes to the expiry [days]'),
      ('{option_skew,option_term_structure}', 'atm_iv', 'of the call with a delta of a half, between the strikes around it [percent a year]'),
      ('{option_skew}', 'call_25_iv', 'of the call with a delta of 0.25 [percent a year]'),
      ('{option_skew}', 'put_25_iv', 'of the put with a delta of -0.25 [percent a year]'),
      ('{option_skew}', 'risk_reversal_25', 'call_25_iv - put_25_iv [percentage points]'),
      ('{option_skew}', 'butterfly_25', 'the mean of call_25_iv and put_25_iv, less atm_iv [percentage points]'),
      ('{option_term_structure}', 'forward_iv', 'between the expiry before and this one; null for the first expiry and where variance would fall [percent a year]'),
      ('{option_term_structure}', 'annual_basis', 'underlying_price over index_price, for a year of simple interest [percent a year]')
    ) v (tables, of_column, said) CROSS JOIN unnest(v.tables) AS t (of_table)
  LOOP
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', one.name, one.of_column, one.said);
  END LOOP;
END
$do$;
