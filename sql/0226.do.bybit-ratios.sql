-- Bybit's long and short accounts stand beside Binance's ratios, as a kind of its own.
ALTER TABLE market_data.long_short_ratios DROP CONSTRAINT long_short_ratios_kind_check;
ALTER TABLE market_data.long_short_ratios ADD CONSTRAINT long_short_ratios_kind_check
  CHECK (kind IN ('top_accounts', 'top_positions', 'global_accounts', 'taker_volume', 'bybit_accounts'));
COMMENT ON TABLE market_data.long_short_ratios IS
  'long against short accounts and positions, a reading for each step, and takers'' buying against selling: Binance USD-M, and as bybit_accounts Bybit''s USDT perpetuals';
COMMENT ON COLUMN market_data.long_short_ratios.kind IS
  'which ratio it is, such as top_accounts or taker_volume; bybit_accounts is Bybit''s, the others are Binance''s';
COMMENT ON COLUMN market_data.long_short_ratios.ratio IS
  'long / short, of taker_volume bought / sold within five minutes in every timeframe, of bybit_accounts long_share / short_share; 0 is what the venue writes, see findings [ratio]';
