-- One cell of an answer that does not read is unknown, and what stands beside it is kept.
ALTER TABLE market_data.stablecoin_supply ALTER COLUMN circulating_usd DROP NOT NULL;
COMMENT ON COLUMN market_data.stablecoin_supply.circulating_usd IS
  'worth in US dollars of the coins of every peg (totalCirculatingUSD); null where the venue has no number for one of the pegs';
ALTER TABLE market_data.gex_snapshots ALTER COLUMN call_oi DROP NOT NULL;
ALTER TABLE market_data.gex_snapshots ALTER COLUMN put_oi DROP NOT NULL;
COMMENT ON COLUMN market_data.gex_snapshots.call_oi IS 'open interest in coins; null where the venue''s answer has no number';
COMMENT ON COLUMN market_data.gex_snapshots.put_oi IS 'as call_oi';
