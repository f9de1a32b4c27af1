-- When a value could first be known, beside every settlement, reading and observation: a backtest that takes only rows with
-- known_at at or before its own time looks into no future. The rules stand here and nowhere else: the server follows them with
-- every row that is written, and with those that are there already. A candle is known when it closes, which needs no column.
-- All sums are of hours, which are as long in every time zone.
ALTER TABLE market_data.funding_rates ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.open_interest ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.long_short_ratios ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.fear_greed ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.stablecoin_supply ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.market_caps ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.macro_observations ADD COLUMN known_at timestamptz;
ALTER TABLE market_data.gex_snapshots ADD COLUMN known_at timestamptz;

-- No generated columns: whoever copies whole rows of these tables could not write them back.
CREATE FUNCTION market_data.known_after_time() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.known_at := NEW.time + TG_ARGV[0]::interval; RETURN NEW; END $$;
CREATE FUNCTION market_data.known_at_settlement() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.known_at := greatest(NEW.time, NEW.raw_time); RETURN NEW; END $$;
CREATE FUNCTION market_data.known_when_shown() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.known_at := NEW.realtime_start + interval '30 hours'; RETURN NEW; END $$;
CREATE FUNCTION market_data.known_when_quoted() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.known_at := greatest(NEW.time, NEW.quoted_at); RETURN NEW; END $$;

CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.funding_rates
  FOR EACH ROW EXECUTE FUNCTION market_data.known_at_settlement();
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.open_interest
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('0');
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.long_short_ratios
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('0');
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.fear_greed
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('10 minutes');
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.stablecoin_supply
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('25 hours');
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.market_caps
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('27 hours');
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.macro_observations
  FOR EACH ROW EXECUTE FUNCTION market_data.known_when_shown();
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.gex_snapshots
  FOR EACH ROW EXECUTE FUNCTION market_data.known_when_quoted();

-- The triggers fill it in.
UPDATE market_data.funding_rates SET known_at = NULL;
UPDATE market_data.open_interest SET known_at = NULL;
UPDATE market_data.long_short_ratios SET known_at = NULL;
UPDATE market_data.fear_greed SET known_at = NULL;
UPDATE market_data.stablecoin_supply SET known_at = NULL;
UPDATE market_data.market_caps SET known_at = NULL;
UPDATE market_data.macro_observations SET known_at = NULL;
UPDATE market_data.gex_snapshots SET known_at = NULL;

COMMENT ON COLUMN market_data.funding_rates.known_at IS 'when it could first be known: at its execution';
COMMENT ON COLUMN market_data.open_interest.known_at IS 'when it could first be known: at the instant of the reading';
COMMENT ON COLUMN market_data.long_short_ratios.known_at IS
  'when it could first be known: at the instant of the reading, of taker_volume at the end of its five minutes; both are time';
COMMENT ON COLUMN market_data.fear_greed.known_at IS 'when it could first be known: ten minutes after 00:00 UTC of its day';
COMMENT ON COLUMN market_data.stablecoin_supply.known_at IS
  'when it could first be known: an hour after the end of its day. The venue may restate it later';
COMMENT ON COLUMN market_data.market_caps.known_at IS
  'when it could first be known: three hours after the end of its day. The venue may restate it later';
COMMENT ON COLUMN market_data.macro_observations.known_at IS
  'when this value could first be known: at the end of the day in St. Louis on which FRED first showed it';
COMMENT ON COLUMN market_data.gex_snapshots.known_at IS 'when it could first be known: when it was quoted';

CREATE OR REPLACE VIEW market_data.stablecoin_supply_ratio AS
SELECT b.time, b.market_cap_usd / nullif(s.circulating_usd, 0) AS ratio,
  b.market_cap_usd AS btc_market_cap, s.circulating_usd AS stablecoin_market_cap, greatest(b.known_at, s.known_at) AS known_at
FROM market_data.market_caps b
JOIN market_data.stablecoin_supply s ON s.symbol = 'ALL' AND s.time = b.time
WHERE b.symbol = 'BTC';

CREATE OR REPLACE VIEW market_data.macro_latest AS
SELECT symbol, time, value, realtime_start, known_at FROM market_data.macro_observations WHERE realtime_end IS NULL;

CREATE OR REPLACE VIEW market_data.gex_totals AS
SELECT symbol, time, min(spot) AS spot, max(quoted_at) AS quoted_at,
  coalesce(sum(call_gex), 0) + coalesce(sum(put_gex), 0) AS gross_gex,
  coalesce(sum(call_gex), 0) AS call_gex, coalesce(sum(put_gex), 0) AS put_gex,
  coalesce(sum(call_gex), 0) - coalesce(sum(put_gex), 0) AS net_gex,
  sum(call_oi) AS call_oi, sum(put_oi) AS put_oi, count(*) AS strikes,
  count(*) FILTER (WHERE gross_gex IS NULL) AS strikes_without_gamma, max(known_at) AS known_at
FROM market_data.gex_snapshots GROUP BY symbol, time;
