CREATE TABLE market_data.macro_observations (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  realtime_start timestamptz NOT NULL,
  realtime_end timestamptz,
  value double precision,
  PRIMARY KEY (symbol, time, realtime_start)
);
COMMENT ON TABLE market_data.macro_observations IS
  'series of FRED with their vintages. In millions of US dollars: WALCL, WTREGEN; in billions: M2SL, RRPONTSYD; in percent: DFF, DGS2, DGS10, T10Y2Y, UNRATE; the others are indices';
COMMENT ON COLUMN market_data.macro_observations.symbol IS 'series id of FRED';
COMMENT ON COLUMN market_data.macro_observations.time IS 'date of the observation, not of its publication: a month is dated by its first day';
COMMENT ON COLUMN market_data.macro_observations.realtime_start IS
  'first day on which FRED showed this value; of SP500, which has no vintages, the day after the observation';
COMMENT ON COLUMN market_data.macro_observations.realtime_end IS 'first day on which another value stood there; null: it still holds';
COMMENT ON COLUMN market_data.macro_observations.value IS 'null where FRED has none (a holiday, a month without a survey)';

CREATE VIEW market_data.macro_latest AS
SELECT symbol, time, value, realtime_start FROM market_data.macro_observations WHERE realtime_end IS NULL;
COMMENT ON VIEW market_data.macro_latest IS 'each observation as it is known now';
