-- What the venues list, dated: a row for each state of an instrument, from when it was first seen until it was seen no more.
CREATE TABLE market_data.instruments (
  venue text COLLATE "C" NOT NULL,
  market text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  quote text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  listed_at timestamptz,
  delisted_at timestamptz,
  since timestamptz NOT NULL,
  until timestamptz,
  PRIMARY KEY (venue, market, symbol, since)
);
COMMENT ON TABLE market_data.instruments IS 'history of listings; the rows without until are how it is now';
COMMENT ON COLUMN market_data.instruments.status IS
  'as the venue writes it, such as TRADING or SETTLING; "gone" when its list no longer has it';
COMMENT ON COLUMN market_data.instruments.listed_at IS 'as the venue tells it; null where it does not';
COMMENT ON COLUMN market_data.instruments.since IS 'when it was first seen so, not when it became so';
CREATE UNIQUE INDEX instruments_now ON market_data.instruments (venue, market, symbol) WHERE until IS NULL;
