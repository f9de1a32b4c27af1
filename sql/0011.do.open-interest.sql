CREATE TABLE market_data.open_interest (
  venue text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  open_interest double precision NOT NULL,
  unit text COLLATE "C" NOT NULL CHECK (unit IN ('base_coin', 'contracts')),
  sides text COLLATE "C" NOT NULL CHECK (sides IN ('one', 'both')),
  value_usd double precision,
  PRIMARY KEY (venue, symbol, timeframe, time)
);
COMMENT ON TABLE market_data.open_interest IS 'open interest of perpetual futures, a reading for each step';
COMMENT ON COLUMN market_data.open_interest.time IS 'the instant of the reading, UTC';
COMMENT ON COLUMN market_data.open_interest.open_interest IS 'in the unit of the row';
COMMENT ON COLUMN market_data.open_interest.sides IS
  'one: each contract counts once; both: longs and shorts are added, so it is twice as much. Bring both to one before comparing venues';
COMMENT ON COLUMN market_data.open_interest.value_usd IS 'in USD, counted as open_interest is; null where the venue does not tell';

COMMENT ON COLUMN market_data.coverage.reason IS
  'empty: pre-listing, delisted, venue-outage, zero-trade, not-published, source-expired; failed: the code of the error';
