CREATE TABLE market_data.fear_greed (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  value integer NOT NULL CHECK (value BETWEEN 0 AND 100),
  classification text NOT NULL,
  PRIMARY KEY (symbol, time)
);
COMMENT ON TABLE market_data.fear_greed IS 'Crypto Fear & Greed Index of alternative.me, symbol FNG; some days were never published';
COMMENT ON COLUMN market_data.fear_greed.time IS '00:00 UTC of the day; the value comes out some minutes later';
COMMENT ON COLUMN market_data.fear_greed.value IS '0 extreme fear to 100 extreme greed';

CREATE TABLE market_data.stablecoin_supply (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  circulating_usd double precision NOT NULL,
  circulating_pegged_usd double precision NOT NULL,
  PRIMARY KEY (symbol, time)
);
COMMENT ON TABLE market_data.stablecoin_supply IS
  'stablecoins in circulation at the end of the day, by DefiLlama; symbol ALL is the whole market, beside it USDT, USDC, DAI';
COMMENT ON COLUMN market_data.stablecoin_supply.time IS '00:00 UTC of the day';
COMMENT ON COLUMN market_data.stablecoin_supply.circulating_usd IS 'worth in US dollars of the coins of every peg (totalCirculatingUSD)';
COMMENT ON COLUMN market_data.stablecoin_supply.circulating_pegged_usd IS 'the part of it that is pegged to the US dollar';

CREATE TABLE market_data.market_caps (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  market_cap_usd double precision NOT NULL,
  PRIMARY KEY (symbol, time)
);
COMMENT ON TABLE market_data.market_caps IS 'market capitalisation at the end of the day, US dollars (Coin Metrics CapMrktCurUSD)';
COMMENT ON COLUMN market_data.market_caps.time IS '00:00 UTC of the day';

-- Bitcoin against all stablecoins of every peg. A day that one of the two lacks has no ratio.
CREATE VIEW market_data.stablecoin_supply_ratio AS
SELECT b.time, b.market_cap_usd / nullif(s.circulating_usd, 0) AS ratio,
  b.market_cap_usd AS btc_market_cap, s.circulating_usd AS stablecoin_market_cap
FROM market_data.market_caps b
JOIN market_data.stablecoin_supply s ON s.symbol = 'ALL' AND s.time = b.time
WHERE b.symbol = 'BTC';
COMMENT ON VIEW market_data.stablecoin_supply_ratio IS
  'SSR: market capitalisation of Bitcoin over that of all stablecoins, both at the end of the day, US dollars';
