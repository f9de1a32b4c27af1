-- Every symbol that a venue ever listed, with each of its lives: what a backtest may choose from at an instant.
CREATE TABLE market_data.universe (
  venue text COLLATE "C" NOT NULL,
  contract text COLLATE "C" NOT NULL CHECK (contract IN ('spot', 'perpetual', 'delivery')),
  symbol text COLLATE "C" NOT NULL,
  listed_at timestamptz NOT NULL,
  delisted_at timestamptz,
  valid tstzrange NOT NULL GENERATED ALWAYS AS (tstzrange(listed_at, delisted_at)) STORED,
  base text COLLATE "C" NOT NULL,
  quote text COLLATE "C" NOT NULL,
  evidence jsonb NOT NULL,
  looked_at timestamptz NOT NULL,
  PRIMARY KEY (venue, contract, symbol, listed_at),
  CHECK (delisted_at > listed_at)
);
COMMENT ON TABLE market_data.universe IS
  'dated universe: a row for each life of a symbol; a ticker that ended and came back, or that another asset took, has several';
COMMENT ON COLUMN market_data.universe.venue IS 'binance or bybit';
COMMENT ON COLUMN market_data.universe.contract IS 'spot, perpetual or delivery';
COMMENT ON COLUMN market_data.universe.symbol IS 'as the venue writes it; an earlier life has the ticker that it had then';
COMMENT ON COLUMN market_data.universe.listed_at IS 'beginning of the life: its first row, or what the venue publishes';
COMMENT ON COLUMN market_data.universe.delisted_at IS
  'end of the life, exclusive: the close of the last candle with a trade, or what the venue publishes; null while it lasts';
COMMENT ON COLUMN market_data.universe.valid IS '[listed_at, delisted_at): symbols of an instant are those with valid @> instant';
COMMENT ON COLUMN market_data.universe.base IS 'what is traded, as the venue writes it: 1000SHIB is a thousand SHIB';
COMMENT ON COLUMN market_data.universe.quote IS 'what its price is in, such as USDT';
COMMENT ON COLUMN market_data.universe.evidence IS
  'of each border: where it is from (archive, list, name, ledger, history), how exact it is (minute, day, month), and the file that has it';
COMMENT ON COLUMN market_data.universe.looked_at IS 'when the lives of the symbol were last looked up';

CREATE TABLE market_data.universe_markets (
  venue text COLLATE "C" NOT NULL,
  market text COLLATE "C" NOT NULL,
  symbols integer NOT NULL,
  failed integer NOT NULL,
  completed_at timestamptz NOT NULL,
  PRIMARY KEY (venue, market)
);
COMMENT ON TABLE market_data.universe_markets IS 'markets of which the universe has every symbol, since a refresh reached their end';
COMMENT ON COLUMN market_data.universe_markets.venue IS 'binance or bybit';
COMMENT ON COLUMN market_data.universe_markets.market IS 'spot, usdm or linear';
COMMENT ON COLUMN market_data.universe_markets.symbols IS 'symbols that the market ever had, as of completed_at';
COMMENT ON COLUMN market_data.universe_markets.failed IS 'symbols of which the last refresh could not find the lives';
COMMENT ON COLUMN market_data.universe_markets.completed_at IS 'when a refresh last reached the end of the market';

CREATE TABLE market_data.renames (
  venue text COLLATE "C" NOT NULL,
  contract text COLLATE "C" NOT NULL CHECK (contract IN ('spot', 'perpetual', 'delivery')),
  symbol text COLLATE "C" NOT NULL,
  successor text COLLATE "C" NOT NULL,
  ratio numeric,
  ended_at timestamptz,
  began_at timestamptz,
  certainty text COLLATE "C" NOT NULL CHECK (certainty IN ('recorded', 'reported', 'assumed')),
  evidence text NOT NULL,
  PRIMARY KEY (venue, contract, symbol, successor),
  CHECK (ratio > 0)
);
COMMENT ON TABLE market_data.renames IS
  'links between two series of one asset under two tickers; rows are never joined by them, because unit and contract may differ';
COMMENT ON COLUMN market_data.renames.venue IS 'of both series';
COMMENT ON COLUMN market_data.renames.contract IS 'of both series';
COMMENT ON COLUMN market_data.renames.symbol IS 'the former ticker';
COMMENT ON COLUMN market_data.renames.successor IS 'the later ticker; the same one where a contract was settled and listed again';
COMMENT ON COLUMN market_data.renames.ratio IS
  'units of the successor for one unit of the former: a former price divided by it is comparable; null: not one number';
COMMENT ON COLUMN market_data.renames.ended_at IS 'when the former ticker ended; null: not known';
COMMENT ON COLUMN market_data.renames.began_at IS 'when the later ticker began; null: not known';
COMMENT ON COLUMN market_data.renames.certainty IS
  'of the ratio: recorded (seen in the venue''s data), reported (in its announcements), assumed (general knowledge, not checked)';
COMMENT ON COLUMN market_data.renames.evidence IS 'what is known of it, in words';
