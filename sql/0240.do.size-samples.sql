-- What each table takes on disk, once an hour: how fast the database grows.
CREATE TABLE market_data.size_samples (
  at timestamptz NOT NULL,
  name text COLLATE "C" NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (at, name)
);
COMMENT ON TABLE market_data.size_samples IS 'what each table takes on disk, about once an hour; of the last 90 days';
COMMENT ON COLUMN market_data.size_samples.at IS 'when it was measured; the same for all tables of a sample';
COMMENT ON COLUMN market_data.size_samples.name IS 'a table or a continuous aggregate of market_data';
COMMENT ON COLUMN market_data.size_samples.bytes IS 'bytes of its rows, its indexes and its columnstore';
