CALL market_data.count_deletes('option_quotes', 'option_quotes_',
  '''option_quotes_'' || CASE origin WHEN ''snapshot'' THEN venue ELSE origin END', 'null::text', 'time',
  '{venue,origin,symbol,time,instrument}');
