-- Trades have no known_at: each is known when it happens, and a column with its trigger would cost a third of the time of COPY.
CREATE TABLE market_data.spot_trades (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  trade_id bigint NOT NULL,
  price double precision NOT NULL,
  quantity double precision NOT NULL,
  first_trade_id bigint NOT NULL,
  last_trade_id bigint NOT NULL,
  buyer_is_maker boolean NOT NULL,
  PRIMARY KEY (symbol, time, trade_id)
);
COMMENT ON TABLE market_data.spot_trades IS 'trades of spot markets; those of one taker order at one price and time are one row';
COMMENT ON COLUMN market_data.spot_trades.symbol IS 'the symbol as the venue writes it';
COMMENT ON COLUMN market_data.spot_trades.time IS 'when it was traded, UTC, in milliseconds; known at once';
COMMENT ON COLUMN market_data.spot_trades.trade_id IS 'the venue''s number of the row; one more than that of the row before, unless rows are missing [id]';
COMMENT ON COLUMN market_data.spot_trades.price IS 'in the quote asset, for one of the base [quote asset]';
COMMENT ON COLUMN market_data.spot_trades.quantity IS 'in the base asset [base asset]';
COMMENT ON COLUMN market_data.spot_trades.first_trade_id IS 'the first of the single trades in the row [id]';
COMMENT ON COLUMN market_data.spot_trades.last_trade_id IS 'the last of them; the row has last - first + 1 trades [id]';
COMMENT ON COLUMN market_data.spot_trades.buyer_is_maker IS 'true: the taker sold';

CREATE TABLE market_data.perp_trades (LIKE market_data.spot_trades INCLUDING ALL);
COMMENT ON TABLE market_data.perp_trades IS
  'trades of perpetual futures; those of one side at one price within 100 ms are one row. Insurance fund and deleveraging are not in it';
