-- What `time` stands for in the statistics of Binance, one thing for all years and for both ways: see the comments.
ALTER TABLE market_data.open_interest ADD COLUMN label timestamptz;
ALTER TABLE market_data.long_short_ratios ADD COLUMN label timestamptz;

COMMENT ON COLUMN market_data.open_interest.time IS
  'UTC, the instant of the reading, at which it could first be known. Binance''s archive: the label, in files of 2026-06-25 and later the label and five minutes; its REST: the stamp';
COMMENT ON COLUMN market_data.open_interest.label IS
  'the label or stamp that the venue wrote, where it is not time; null where it is';
COMMENT ON COLUMN market_data.long_short_ratios.time IS
  'UTC, the instant of the reading, and of taker_volume the end of its five minutes: when it could first be known. Archive: the label, in files of 2026-06-25 and later the label and five minutes; REST: the stamp, of taker_volume the stamp and five minutes';
COMMENT ON COLUMN market_data.long_short_ratios.label IS
  'the label or stamp that the venue wrote, where it is not time; null where it is';

-- Exceptions from the rule above, by the files' days. Later ones are stronger.
CREATE TABLE market_data.label_rules (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  files tstzrange NOT NULL CHECK (NOT isempty(files)),
  shift interval NOT NULL,
  held boolean NOT NULL,
  why text NOT NULL,
  decided_at timestamptz NOT NULL
);
COMMENT ON COLUMN market_data.label_rules.shift IS 'what is added to a label of these files to get time';
COMMENT ON COLUMN market_data.label_rules.held IS
  'true: the rule was contradicted, so labels are taken as they stand until somebody decides (gordon-data convert-labels)';
CREATE INDEX label_rules_symbol ON market_data.label_rules (dataset, symbol, id);

-- The newest file of each symbol whose labels were compared with the stamps of REST, and what came of it by statistic.
CREATE TABLE market_data.label_checks (
  dataset text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  day timestamptz NOT NULL,
  verdicts jsonb NOT NULL,
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (dataset, symbol)
);
