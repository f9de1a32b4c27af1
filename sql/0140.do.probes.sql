-- What `gordon-data probe` saw of the venues: one row for each check, the newest judgement. A check that could not be made
-- changes nothing here.
CREATE TABLE market_data.probes (
  check_id text COLLATE "C" PRIMARY KEY,
  venue text COLLATE "C" NOT NULL,
  sources text[] NOT NULL,
  proves text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('holds', 'differs')),
  details text[] NOT NULL,
  own_address boolean NOT NULL,
  probed_at timestamptz NOT NULL,
  held_at timestamptz
);
COMMENT ON COLUMN market_data.probes.sources IS 'ids of the sources that rely on it; none where no source reads the venue';
COMMENT ON COLUMN market_data.probes.own_address IS
  'true: the venue itself answered, at its own address; false: the simulator, a mirror or a proxy in its place';
COMMENT ON COLUMN market_data.probes.held_at IS
  'when it was last seen to hold, at an address of that kind; null: never. A judgement of the other kind of address starts anew';

CREATE VIEW market_data.probed_sources AS
SELECT source,
  count(*)::int AS checks,
  count(*) FILTER (WHERE outcome = 'differs')::int AS differs,
  bool_and(own_address) AS own_address,
  min(held_at) AS held_at,
  max(probed_at) AS probed_at
FROM market_data.probes, unnest(sources) AS source
GROUP BY source;
COMMENT ON VIEW market_data.probed_sources IS 'each source with the checks that it relies on, as they were judged last';
