-- The column dictionary: each column says what it holds, and a number also its unit, in brackets at the end: `… [USD]`. `GET /data` and
-- docs/TABLES.md are made of these comments. A comment that says it all already stays as it is.
DO $do$
DECLARE
  spot text[] := '{spot_klines,perp_klines,spot_candles,perp_candles}';
  aggregates text[] := '{price_klines_15m,price_klines_30m,price_klines_1h,price_klines_4h,price_klines_12h,price_klines_1d}';
  candles text[] := spot || '{price_klines}' || aggregates;
  ledger text[] := '{coverage,findings,open_requests,recounts,row_changes,series}';
  one record;
BEGIN
  FOR one IN
    SELECT c.oid::regclass AS name, v.said, v.of_column FROM (VALUES
      (candles || '{funding_rates,open_interest,long_short_ratios}', 'symbol', 'the market, as the venue writes it, such as BTCUSDT'),
      (spot || '{price_klines,open_interest,long_short_ratios}', 'timeframe', 'the length of a step, such as 1m, 1h or 1d'),
      (spot, 'open_time', 'the candle''s opening, UTC'),
      (spot, 'close_time', 'the last millisecond of the candle, UTC; computed from open_time'),
      (candles, 'open', 'the first price [quote asset per base asset]'),
      (candles, 'high', 'the highest price [quote asset per base asset]'),
      (candles, 'low', 'the lowest price [quote asset per base asset]'),
      (candles, 'close', 'the last price [quote asset per base asset]'),
      (candles, 'volume', 'what was traded [base asset]'),
      (spot, 'quote_volume', 'what was paid for it [quote asset]'),
      (spot, 'trades', 'how many trades there were [trades]'),
      (spot, 'taker_buy_volume', 'the part of volume that takers bought [base asset]'),
      (spot, 'taker_buy_quote_volume', 'the part of quote_volume that takers paid when buying [quote asset]'),
      (aggregates || '{price_klines}', 'turnover', 'what was paid for the volume [quote asset]'),
      (aggregates, 'bucket', 'the candle''s opening, UTC'),
      (aggregates, 'count', '5-minute candles in the bucket [candles]'),

      ('{funding_rates,open_interest,instruments,probes}'::text[], 'venue', 'the exchange or service, such as binance or bybit'),
      ('{funding_rates}', 'rate', 'for this one settlement; longs pay when it is positive [fraction of the position''s value]'),
      ('{funding_rates}', 'interval_hours', 'since the settlement before: as the archive states it, else by the steps around it; null where neither says it. It changes over time [hours]'),
      ('{funding_rates}', 'mark_price', 'at the settlement; null where the venue does not say it: Bybit, Binance''s archive, and Binance before 2023-10-31 [quote asset per base asset]'),
      ('{open_interest}', 'open_interest', 'open contracts at the instant, in the unit of the row [see unit]'),
      ('{open_interest}', 'unit', 'what open_interest counts, such as the base coin'),
      ('{open_interest}', 'value_usd', 'counted as open_interest is; null where the venue does not say it [USD]'),
      ('{long_short_ratios}', 'kind', 'which ratio it is, such as top_accounts or taker_volume'),
      ('{long_short_ratios}', 'ratio', 'long / short, of taker_volume bought / sold within five minutes in every timeframe; 0 is what the venue writes, see findings [ratio]'),
      ('{long_short_ratios}', 'long_share', 'null in rows from the archive, which has the ratio alone [fraction of 1]'),
      ('{long_short_ratios}', 'short_share', 'null in rows from the archive, which has the ratio alone [fraction of 1]'),
      ('{long_short_ratios}', 'buy_volume', 'taker_volume only; null in rows from the archive [base asset]'),
      ('{long_short_ratios}', 'sell_volume', 'taker_volume only; null in rows from the archive [base asset]'),

      ('{fear_greed}', 'symbol', 'always FNG'),
      ('{fear_greed}', 'value', '0 is extreme fear, 100 extreme greed [points of 100]'),
      ('{fear_greed}', 'classification', 'the index in words, such as Extreme Fear, as the venue writes it'),
      ('{stablecoin_supply}', 'symbol', 'ALL for the whole market, else a coin: USDT, USDC, DAI'),
      ('{stablecoin_supply}', 'circulating_usd', 'worth of the coins of every peg (totalCirculatingUSD); null where the venue has no number for one of the pegs [USD]'),
      ('{stablecoin_supply}', 'circulating_pegged_usd', 'the part of it that is pegged to the US dollar [USD]'),
      ('{market_caps}', 'symbol', 'the coin, such as BTC'),
      ('{market_caps}', 'market_cap_usd', 'price times supply at the end of the day (CapMrktCurUSD) [USD]'),
      ('{stablecoin_supply_ratio}', 'time', '00:00 UTC of the day'),
      ('{stablecoin_supply_ratio}', 'ratio', 'btc_market_cap / stablecoin_market_cap; null where the latter is 0 [ratio]'),
      ('{stablecoin_supply_ratio}', 'btc_market_cap', 'of Bitcoin at the end of the day [USD]'),
      ('{stablecoin_supply_ratio}', 'stablecoin_market_cap', 'of all stablecoins at the end of the day [USD]'),
      ('{stablecoin_supply_ratio}', 'known_at', 'when both sides could first be known'),
      ('{macro_observations,macro_latest}', 'symbol', 'series id of FRED'),
      ('{macro_observations,macro_latest}', 'value', 'null where FRED has none (a holiday, a month without a survey) [see the table]'),
      ('{macro_latest}', 'time', 'date of the observation, not of its publication: a month is dated by its first day'),
      ('{macro_latest}', 'realtime_start', 'first day on which FRED showed this value'),
      ('{macro_latest}', 'known_at', 'when this value could first be known: at the end of the day in St. Louis on which FRED first showed it'),

      ('{gex_snapshots,gex_totals}', 'symbol', 'the coin of the options: BTC or ETH'),
      ('{gex_totals}', 'time', 'beginning of the hour that the snapshot stands for'),
      ('{gex_snapshots,gex_totals}', 'quoted_at', 'when the quotes were taken, UTC'),
      ('{gex_snapshots}', 'expiry', 'when the options expire, UTC'),
      ('{gex_snapshots}', 'strike', 'the price at which the options may be exercised [USD]'),
      ('{gex_snapshots}', 'call_oi', 'open interest of the calls; null where the venue''s answer has no number [coins]'),
      ('{gex_snapshots}', 'put_oi', 'open interest of the puts; null where the venue''s answer has no number [coins]'),
      ('{gex_snapshots}', 'call_iv', 'mark volatility of the call; null where the venue has none [percent a year]'),
      ('{gex_snapshots}', 'put_iv', 'mark volatility of the put; null where the venue has none [percent a year]'),
      ('{gex_snapshots}', 'call_gamma', 'of one coin, by Black (1976) on the forward; null without a volatility [1/USD]'),
      ('{gex_snapshots}', 'put_gamma', 'of one coin, by Black (1976) on the forward; null without a volatility [1/USD]'),
      ('{gex_snapshots}', 'call_gex', 'gamma x open interest x spot^2 x 0.01. Never negative; null where gamma is not known [USD of delta for a move of 1 %]'),
      ('{gex_snapshots}', 'put_gex', 'as call_gex, likewise never negative: which side dealers are on is for the reader to assume [USD of delta for a move of 1 %]'),
      ('{gex_snapshots}', 'gross_gex', 'call_gex + put_gex [USD of delta for a move of 1 %]'),
      ('{gex_snapshots}', 'forward', 'price of the future that the venue prices the option on [USD]'),
      ('{gex_snapshots,gex_totals}', 'spot', 'the venue''s index price [USD]'),
      ('{gex_totals}', 'call_gex', 'of all calls [USD of delta for a move of 1 %]'),
      ('{gex_totals}', 'put_gex', 'of all puts [USD of delta for a move of 1 %]'),
      ('{gex_totals}', 'gross_gex', 'call_gex + put_gex [USD of delta for a move of 1 %]'),
      ('{gex_totals}', 'net_gex', 'call_gex - put_gex, as if dealers were long calls and short puts [USD of delta for a move of 1 %]'),
      ('{gex_totals}', 'call_oi', 'open interest of all calls [coins]'),
      ('{gex_totals}', 'put_oi', 'open interest of all puts [coins]'),
      ('{gex_totals}', 'strikes', 'rows of the snapshot: strikes of each expiry [rows]'),
      ('{gex_totals}', 'strikes_without_gamma', 'those of them whose gamma is not known for a call or a put [rows]'),
      ('{gex_totals}', 'known_at', 'when it could first be known: when it was quoted'),

      (ledger || '{retention,probed_sources}', 'source', 'id of the source, such as klines_spot'),
      (ledger, 'symbol', 'the series'' symbol, as the venue writes it'),
      (ledger, 'timeframe', 'the series'' timeframe, such as 1m'),
      ('{coverage,findings,recounts,retention,row_changes,label_rules}', 'id', 'a running number'),
      ('{coverage,findings,open_requests,closed_jobs,refreshed_jobs}', 'job_id', 'the job, a ULID'),
      ('{coverage}', 'span', 'the steps that the row accounts for, [start, end) on the grid'),
      ('{coverage}', 'state', 'have: rows are there; empty: proven to have none; failed: given up'),
      ('{coverage}', 'rows', 'rows of the table within the span [rows]'),
      ('{coverage}', 'sha256', 'of the archive object; null for an answer of an API'),
      ('{coverage}', 'chunk', 'the piece of the job that fetched it'),
      ('{coverage}', 'fetched_at', 'when it was committed'),
      ('{findings}', 'kind', 'what was found, such as duplicate-conflict or off-grid-time'),
      ('{findings}', 'time', 'the row that it is about; null: the whole object'),
      ('{findings}', 'until', 'the end of the last row, where it is about a run of them'),
      ('{findings,row_changes}', 'object', 'the archive object or the request'),
      ('{findings}', 'detail', 'what the row or the object holds, by kind'),
      ('{findings}', 'found_at', 'when it was found'),
      ('{row_changes}', 'time', 'the row''s instant, UTC'),
      ('{row_changes}', 'sha256_was', 'of the object before; empty for an answer'),
      ('{row_changes}', 'sha256_became', 'of the object since; empty for an answer'),
      ('{row_changes}', 'changed_at', 'when the change was seen'),
      ('{open_requests}', 'requested_at', 'when the job was ordered'),
      ('{recounts}', 'marked_at', 'when the rows were deleted'),
      ('{retention}', 'keep', 'rows older than this are not kept; null: span says it'),
      ('{retention}', 'set_at', 'when it was decided'),
      ('{closed_jobs}', 'closed_at', 'when the job ended'),
      ('{refreshed_jobs}', 'refreshed_at', 'when the aggregates had seen its rows'),
      ('{instruments}', 'market', 'spot or perps'),
      ('{instruments}', 'symbol', 'as the venue writes it'),
      ('{instruments}', 'quote', 'the asset that prices are in'),
      ('{instruments}', 'delisted_at', 'as the venue says it; null where it does not, or while it trades'),
      ('{instruments}', 'until', 'when it was first seen otherwise; null: it is so now'),
      ('{label_rules,label_checks}', 'dataset', 'the archive''s dataset, such as binance-usdm-metrics'),
      ('{label_rules,label_checks}', 'symbol', 'as the venue writes it'),
      ('{label_rules}', 'files', 'the days of the files that it is about'),
      ('{label_rules}', 'why', 'the evidence, or the operator''s words'),
      ('{label_rules}', 'decided_at', 'when it was decided'),
      ('{label_checks}', 'day', 'the file''s day'),
      ('{label_checks}', 'verdicts', 'what came of the comparison, by statistic'),
      ('{label_checks}', 'checked_at', 'when it was compared'),
      ('{probes}', 'check_id', 'the check, such as spot-newest'),
      ('{probes}', 'proves', 'the assumption that it checks'),
      ('{probes}', 'outcome', 'holds or differs'),
      ('{probes}', 'details', 'what was seen'),
      ('{probes}', 'probed_at', 'when it was last judged'),
      ('{probed_sources}', 'checks', 'checks that the source relies on [checks]'),
      ('{probed_sources}', 'differs', 'those of them that do not hold [checks]'),
      ('{probed_sources}', 'own_address', 'true: the venue itself answered all of them'),
      ('{probed_sources}', 'held_at', 'the oldest of the instants at which they last held'),
      ('{probed_sources}', 'probed_at', 'when one of them was last judged'),
      ('{meta}', 'key', 'a setting of this warehouse, such as its flavour'),
      ('{meta}', 'value', 'its value'),
      ('{counted_tables,aggregates,aggregate_status}', 'name', 'the table or the view'),
      ('{counted_tables}', 'time_column', 'the column of a row''s instant'),
      ('{aggregates}', 'width', 'the length of a bucket'),
      ('{aggregates}', 'total_runs', 'of the schedule [runs]'),
      ('{aggregates}', 'total_successes', 'of the schedule [runs]'),
      ('{aggregate_status}', 'every', 'the pause from run to run of the schedule'),
      ('{aggregate_status}', 'last_refresh', 'end of the last run of the schedule that succeeded'),
      ('{aggregate_status}', 'next_refresh', 'when the next run is due'),
      ('{aggregate_status}', 'lag', 'how long ago the last run ended'),
      ('{aggregate_status}', 'watermark', 'up to when the buckets are materialised'),
      ('{aggregate_status}', 'healthy', 'whether it is refreshed as often as it should be'),
      ('{known_chunks}', 'chunk', 'TimescaleDB''s name of the chunk'),
      ('{known_chunks}', 'name', 'the hypertable that it belongs to'),
      ('{known_chunks}', 'span', 'the instants of its rows, [start, end)')
    ) v (tables, of_column, said) CROSS JOIN unnest(v.tables) AS t (name)
    JOIN pg_class c ON c.relnamespace = 'market_data'::regnamespace AND c.relname = t.name
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = v.of_column AND NOT a.attisdropped
    -- Aggregates may belong to a login of their own, which the migrating one need not be a member of.
    WHERE pg_has_role(c.relowner, 'USAGE')
  LOOP
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', one.name, one.of_column, one.said);
  END LOOP;

  FOR one IN
    SELECT c.oid::regclass AS name, v.said, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind
    FROM (VALUES
      ('{closed_jobs}'::text[], 'jobs that have ended: the ledger may join their spans with others'),
      ('{counted_tables}', 'tables whose rows the ledger accounts for, and how a row names its series'),
      ('{findings}', 'oddities of the data that a reader should know; they are never repaired silently'),
      ('{label_checks}', 'the newest file of each symbol whose labels were compared with the stamps of the API'),
      ('{label_rules}', 'exceptions from the rule of what the labels of an archive stand for; later ones are stronger'),
      ('{meta}', 'settings of this warehouse'),
      ('{probes}', 'checks of what the program assumes of the venues, as they were judged last'),
      ('{refreshed_jobs}', 'jobs whose rows the aggregates have seen'),
      ('{retention}', 'what the operator does not keep of a source'),
      ('{series}', 'each series: what was requested of it, its life, and when it was last checked'),
      (aggregates, 'longer candles, made of the 5-minute rows of price_klines')
    ) v (tables, said) CROSS JOIN unnest(v.tables) AS t (name)
    JOIN pg_class c ON c.relnamespace = 'market_data'::regnamespace AND c.relname = t.name
    WHERE pg_has_role(c.relowner, 'USAGE')
  LOOP
    EXECUTE format('COMMENT ON %s %s IS %L', one.kind, one.name, one.said);
  END LOOP;
END
$do$;
