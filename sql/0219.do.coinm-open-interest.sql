-- Open interest of COIN-M stands beside the others: contracts, whose value the venue says in the coin.
ALTER TABLE market_data.open_interest ADD COLUMN value_coin double precision;
COMMENT ON COLUMN market_data.open_interest.value_coin IS
  'what the contracts of COIN-M are worth at the instant; null for the others, which have value_usd [coins]';
COMMENT ON COLUMN market_data.open_interest.venue IS 'the exchange, such as binance (USD-M), binance_coinm (COIN-M) or bybit';
COMMENT ON COLUMN market_data.open_interest.symbol IS 'the market, as the venue writes it, such as BTCUSDT, or BTCUSD_PERP of COIN-M';
COMMENT ON COLUMN market_data.open_interest.unit IS
  'what open_interest counts: base_coin, or contracts of COIN-M, each of market_data.coinm_contract_usd(symbol) US dollars';
COMMENT ON COLUMN market_data.open_interest.value_usd IS
  'counted as open_interest is; null where the venue does not say it: Bybit and COIN-M [USD]';
