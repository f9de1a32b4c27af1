CREATE TABLE market_data.okx_klines (
  market text COLLATE "C" NOT NULL CHECK (market IN ('spot', 'swap')),
  symbol text COLLATE "C" NOT NULL,
  timeframe text COLLATE "C" NOT NULL,
  open_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume double precision NOT NULL,
  quote_volume double precision NOT NULL,
  contracts double precision,
  PRIMARY KEY (market, symbol, timeframe, open_time)
);
COMMENT ON TABLE market_data.okx_klines IS 'candles of OKX: spot and perpetual swaps. Days begin at 00:00 UTC, not at that of UTC+8';
COMMENT ON COLUMN market_data.okx_klines.market IS 'the venue''s kind of instrument: spot, or swap for perpetuals';
COMMENT ON COLUMN market_data.okx_klines.symbol IS 'the instrument, as the venue writes it, such as BTC-USDT or BTC-USDT-SWAP; swaps in USD are inverse';
COMMENT ON COLUMN market_data.okx_klines.timeframe IS 'the length of a step, such as 1m, 1h or 1d';
COMMENT ON COLUMN market_data.okx_klines.open_time IS 'the candle''s opening, UTC; it is known when it closes';
COMMENT ON COLUMN market_data.okx_klines.open IS 'the first price [quote asset per base asset]';
COMMENT ON COLUMN market_data.okx_klines.high IS 'the highest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.okx_klines.low IS 'the lowest price [quote asset per base asset]';
COMMENT ON COLUMN market_data.okx_klines.close IS 'the last price [quote asset per base asset]';
COMMENT ON COLUMN market_data.okx_klines.volume IS
  'what was traded: vol of spot, volCcy of swaps, so that both are in coins [base asset]';
COMMENT ON COLUMN market_data.okx_klines.quote_volume IS 'what was paid for it: volCcyQuote [quote asset]';
COMMENT ON COLUMN market_data.okx_klines.contracts IS
  'vol of a swap, whose contracts are of ctVal times ctMult: coins of a linear one, such as 0.01 BTC, and US dollars of an inverse one, such as 100. Null for spot [contracts]';

CALL market_data.lay_out_klines('okx_klines');
CALL market_data.count_deletes('okx_klines', 'klines_okx_', '''klines_okx_'' || market', 'timeframe', 'open_time',
  '{market,symbol,timeframe,open_time}');
