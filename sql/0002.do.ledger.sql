-- What was ever asked for, and each symbol's life.
CREATE TABLE market_data.series (
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  requested tstzmultirange NOT NULL DEFAULT '{}',
  listed_at timestamptz,
  delisted_at timestamptz,
  PRIMARY KEY (source, symbol, timeframe)
);
COMMENT ON COLUMN market_data.series.requested IS 'all that was ever asked for, [start, end) on the grid';
COMMENT ON COLUMN market_data.series.listed_at IS 'the first row that the venue ever had; null until it was looked up';

-- The account of the rows: which spans are there, which are proven to have none, and which were given up.
CREATE TABLE market_data.coverage (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  span tstzrange NOT NULL CHECK (
    NOT isempty(span) AND lower_inc(span) AND NOT upper_inc(span) AND NOT lower_inf(span) AND NOT upper_inf(span)
  ),
  state text COLLATE "C" NOT NULL CHECK (state IN ('have', 'empty', 'failed')),
  reason text COLLATE "C" CHECK ((reason IS NULL) = (state = 'have')),
  evidence jsonb NOT NULL DEFAULT '[]',
  rows bigint NOT NULL DEFAULT 0,
  object text,
  sha256 text,
  job_id text COLLATE "C" NOT NULL,
  chunk text COLLATE "C" NOT NULL,
  fetched_at timestamptz NOT NULL
);
COMMENT ON TABLE market_data.coverage IS 'one row for each committed span and month; rows of one series never overlap';
COMMENT ON COLUMN market_data.coverage.reason IS
  'empty: pre-listing, delisted, venue-outage, zero-trade, source-expired; failed: the code of the error';
COMMENT ON COLUMN market_data.coverage.evidence IS 'empty: what was asked and what came; failed: the error';
COMMENT ON COLUMN market_data.coverage.object IS 'the object or request that the rows came from, sha256 where it has one';

CREATE INDEX coverage_series ON market_data.coverage (source, symbol, timeframe, lower(span), upper(span));
CREATE INDEX coverage_job ON market_data.coverage (job_id, chunk);

-- Oddities of the data itself that a reader should know. Never repaired silently.
CREATE TABLE market_data.findings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  time timestamptz,
  until timestamptz,
  object text COLLATE "C" NOT NULL,
  detail jsonb NOT NULL,
  job_id text COLLATE "C" NOT NULL,
  found_at timestamptz NOT NULL
);
-- A chunk that is tried again finds the same again.
CREATE UNIQUE INDEX findings_once
  ON market_data.findings (source, symbol, timeframe, kind, object, coalesce(time, '-infinity'));

-- Facts about this database, such as whether its rows are simulated.
CREATE TABLE market_data.meta (
  key text COLLATE "C" PRIMARY KEY,
  value jsonb NOT NULL
);
