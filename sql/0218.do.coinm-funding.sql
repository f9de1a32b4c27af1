-- Settlements of COIN-M stand beside the others: a rate is a fraction of the position's value whatever it is settled in.
COMMENT ON COLUMN market_data.funding_rates.venue IS 'the exchange, such as binance (USD-M), binance_coinm (COIN-M) or bybit';
COMMENT ON COLUMN market_data.funding_rates.symbol IS 'the market, as the venue writes it, such as BTCUSDT, or BTCUSD_PERP of COIN-M';
COMMENT ON COLUMN market_data.funding_rates.mark_price IS
  'at the settlement; null where the venue does not say it: Bybit, COIN-M, Binance''s archive, and Binance before 2023-10-31 [quote asset per base asset]';
