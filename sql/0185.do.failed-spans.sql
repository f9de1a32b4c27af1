-- A report names the failures of all series. They are few, and the ledger has a span for each page.
CREATE INDEX coverage_failed ON market_data.coverage (source, symbol, timeframe) WHERE state = 'failed';
