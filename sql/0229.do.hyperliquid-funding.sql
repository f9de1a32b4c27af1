-- Settlements of Hyperliquid stand beside those of the others; its coins have small letters where the venue writes them.
COMMENT ON COLUMN market_data.funding_rates.symbol IS
  'the market, as the venue writes it, such as BTCUSDT, BTCUSD_PERP of COIN-M, or Hyperliquid''s coins BTC and kPEPE';
COMMENT ON COLUMN market_data.funding_rates.raw_time IS
  'the stamp of execution as the venue wrote it: some ms later, of Hyperliquid up to a second and once 24 minutes';
COMMENT ON COLUMN market_data.funding_rates.mark_price IS
  'at the settlement; null where the venue does not say it: Bybit, COIN-M, Hyperliquid, Binance''s archive, and Binance before 2023-10-31 [quote asset per base asset]';
