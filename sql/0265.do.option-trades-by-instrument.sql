-- The trades of one option, in order of time: without it a reader goes through those of all options of the coin.
CREATE INDEX option_trades_by_instrument ON market_data.option_trades (instrument, time);
