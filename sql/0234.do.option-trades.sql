-- Trades of options, each known when it happens.
CREATE TABLE market_data.option_trades (
  symbol text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL,
  trade_id text COLLATE "C" NOT NULL,
  instrument text COLLATE "C" NOT NULL,
  trade_seq bigint NOT NULL,
  coin text COLLATE "C" NOT NULL,
  expiry timestamptz NOT NULL,
  strike double precision NOT NULL,
  kind text COLLATE "C" NOT NULL,
  quote text COLLATE "C" NOT NULL,
  direction text COLLATE "C",
  price double precision NOT NULL,
  amount double precision NOT NULL,
  iv double precision,
  mark_price double precision,
  index_price double precision,
  liquidation text COLLATE "C",
  combo_id text COLLATE "C",
  block_trade_id text COLLATE "C",
  known_at timestamptz,
  PRIMARY KEY (symbol, time, trade_id)
);
CREATE TRIGGER known_at BEFORE INSERT OR UPDATE ON market_data.option_trades
  FOR EACH ROW EXECUTE FUNCTION market_data.known_after_time('0');
COMMENT ON TABLE market_data.option_trades IS
  'trades of Deribit''s options, each with the volatility that its price implies; the legs of a combination are trades, the combination is none';
COMMENT ON COLUMN market_data.option_trades.symbol IS 'the currency by which the venue lists the option: BTC and ETH are settled in the coin, USDC has the linear options of all coins';
COMMENT ON COLUMN market_data.option_trades.time IS 'when it was traded, UTC, in milliseconds';
COMMENT ON COLUMN market_data.option_trades.trade_id IS 'the venue''s name of the trade, unique within symbol';
COMMENT ON COLUMN market_data.option_trades.instrument IS 'the option, as the venue writes it';
COMMENT ON COLUMN market_data.option_trades.trade_seq IS 'the trade''s number within its instrument, without a gap from 1: option_trade_gaps shows what is missing [number]';
COMMENT ON COLUMN market_data.option_trades.coin IS 'the coin that the option is on';
COMMENT ON COLUMN market_data.option_trades.expiry IS 'when the option expires, UTC';
COMMENT ON COLUMN market_data.option_trades.strike IS 'the price at which the option may be exercised [USD]';
COMMENT ON COLUMN market_data.option_trades.kind IS 'call or put';
COMMENT ON COLUMN market_data.option_trades.quote IS 'the asset that the price is in and that the option is settled in';
COMMENT ON COLUMN market_data.option_trades.direction IS 'what the taker did: buy or sell';
COMMENT ON COLUMN market_data.option_trades.price IS 'of an option on one coin [see quote]';
COMMENT ON COLUMN market_data.option_trades.amount IS 'what was traded [coins]';
COMMENT ON COLUMN market_data.option_trades.iv IS 'volatility that the price implies, by the venue; null where it has none [percent a year]';
COMMENT ON COLUMN market_data.option_trades.mark_price IS 'the venue''s mark at the trade; null where it does not say it [see quote]';
COMMENT ON COLUMN market_data.option_trades.index_price IS 'the venue''s index at the trade; null where it does not say it [USD]';
COMMENT ON COLUMN market_data.option_trades.liquidation IS 'who was liquidated: M the maker, T the taker, MT both; null: nobody';
COMMENT ON COLUMN market_data.option_trades.combo_id IS 'the combination that it is a leg of; null: none';
COMMENT ON COLUMN market_data.option_trades.block_trade_id IS 'the block trade that it is part of; null: none';
COMMENT ON COLUMN market_data.option_trades.known_at IS 'when it could first be known: when it happened';
CALL market_data.count_deletes('option_trades', 'option_trades_', '''option_trades_deribit''', 'null::text', 'time', '{symbol,time,trade_id}');

CREATE VIEW market_data.option_trade_gaps AS
SELECT symbol, instrument, before_seq + 1 AS first_missing, trade_seq - 1 AS last_missing,
  trade_seq - before_seq - 1 AS missing, before_time AS after_time, time AS before_time
FROM (
  SELECT symbol, instrument, trade_seq, time, lag(trade_seq) OVER trades AS before_seq, lag(time) OVER trades AS before_time
  FROM market_data.option_trades WINDOW trades AS (PARTITION BY symbol, instrument ORDER BY trade_seq)
) t WHERE trade_seq > before_seq + 1;
COMMENT ON VIEW market_data.option_trade_gaps IS
  'trades that are missing between those that are there, by the numbers within each instrument: none, where the history between is complete';
COMMENT ON COLUMN market_data.option_trade_gaps.symbol IS 'as in option_trades';
COMMENT ON COLUMN market_data.option_trade_gaps.instrument IS 'the option, as the venue writes it';
COMMENT ON COLUMN market_data.option_trade_gaps.first_missing IS 'the first missing number [number]';
COMMENT ON COLUMN market_data.option_trade_gaps.last_missing IS 'the last missing number [number]';
COMMENT ON COLUMN market_data.option_trade_gaps.missing IS 'how many are missing [trades]';
COMMENT ON COLUMN market_data.option_trade_gaps.after_time IS 'when the last trade before the gap was, UTC';
COMMENT ON COLUMN market_data.option_trade_gaps.before_time IS 'when the first trade after the gap was, UTC';
