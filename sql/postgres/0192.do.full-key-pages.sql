-- Rows come in the order of the key, and hardly any is entered between others later: pages of the key are left full, not nine tenths
-- full. It holds for pages that are filled from now on; REINDEX fills those that are there.
ALTER INDEX market_data.spot_klines_pkey SET (fillfactor = 100);
ALTER INDEX market_data.perp_klines_pkey SET (fillfactor = 100);
ALTER INDEX market_data.price_klines_pkey SET (fillfactor = 100);
