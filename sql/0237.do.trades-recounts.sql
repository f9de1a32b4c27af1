CALL market_data.count_deletes('spot_trades', 'trades_spot', '''trades_spot''', 'null::text', 'time', '{symbol,time,trade_id}');
CALL market_data.count_deletes('perp_trades', 'trades_perp', '''trades_perp''', 'null::text', 'time', '{symbol,time,trade_id}');
