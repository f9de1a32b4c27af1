-- COIN-M is a market of the universe too.
COMMENT ON COLUMN market_data.universe_markets.market IS 'spot, usdm, coinm or linear';
