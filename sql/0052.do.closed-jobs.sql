-- Jobs that have ended. Nobody counts their rows by their spans any more, so the ledger may join these with others.
CREATE TABLE market_data.closed_jobs (
  job_id text COLLATE "C" PRIMARY KEY,
  closed_at timestamptz NOT NULL
);
CREATE INDEX closed_jobs_age ON market_data.closed_jobs (closed_at);
