-- What jobs at work have requested, so that a job that is cancelled takes with it what nobody else wants.
CREATE TABLE market_data.open_requests (
  source text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  job_id text COLLATE "C" NOT NULL,
  asked tstzmultirange NOT NULL,
  added tstzmultirange NOT NULL,
  follows boolean NOT NULL,
  began_following boolean NOT NULL,
  withdrawn tstzmultirange,
  requested_at timestamptz NOT NULL,
  PRIMARY KEY (source, symbol, timeframe, job_id)
);
CREATE INDEX open_requests_job ON market_data.open_requests (job_id);
COMMENT ON TABLE market_data.open_requests IS 'what each job that has not ended requested of a series';
COMMENT ON COLUMN market_data.open_requests.asked IS 'all that the job is about, [start, end) on the grid';
COMMENT ON COLUMN market_data.open_requests.added IS 'of it, what nobody had requested before';
COMMENT ON COLUMN market_data.open_requests.follows IS 'it reaches up to the present';
COMMENT ON COLUMN market_data.open_requests.began_following IS 'the series was not followed before';
COMMENT ON COLUMN market_data.open_requests.withdrawn IS 'what left the requested ranges when the job was cancelled; null: it was not';
