CREATE TABLE market_data.funding_rates (
  venue text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  raw_time timestamptz NOT NULL,
  rate double precision NOT NULL,
  interval_hours integer CHECK (interval_hours > 0),
  mark_price double precision,
  PRIMARY KEY (venue, symbol, time)
);
COMMENT ON TABLE market_data.funding_rates IS 'settlements of perpetual futures';
COMMENT ON COLUMN market_data.funding_rates.time IS 'the hour at which it was due, UTC';
COMMENT ON COLUMN market_data.funding_rates.raw_time IS 'the stamp of execution as the venue wrote it, some ms later';
COMMENT ON COLUMN market_data.funding_rates.rate IS 'of the position''s value, for this one settlement; longs pay when positive';
COMMENT ON COLUMN market_data.funding_rates.interval_hours IS
  'since the settlement before: as the archive states it, else by the row before; null where neither tells. It changes over time';
COMMENT ON COLUMN market_data.funding_rates.mark_price IS
  'at the settlement; null where the venue does not tell: Bybit, Binance''s archive, and Binance before 2023-10-31';
