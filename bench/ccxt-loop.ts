import ccxt from 'ccxt';
import type { Sql } from '../functions/stores/postgres.ts';

const PAGE = 1_000;

/** What one writes on a first afternoon: page by page with ccxt as it comes, each page one INSERT. */
export async function ccxtLoop(
  sql: Sql,
  baseUrl: string,
  symbol: string,
  from: string,
  to: string,
): Promise<void> {
  const exchange = new ccxt.binance({
    options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false },
  });
  exchange.urls = {
    ...exchange.urls,
    api: { ...(exchange.urls.api as object), public: `${baseUrl}/api/v3` },
  };
  await exchange.loadMarkets();
  const market = exchange.market(symbol).symbol;
  const end = Date.parse(to);
  for (let since = Date.parse(from); since < end; ) {
    const page = (await exchange.fetchOHLCV(market, '1m', since, PAGE)) as number[][];
    const rows = page
      .filter(([time]) => time! < end)
      .map(([time, open, high, low, close, volume]) => ({
        ...{ symbol, timeframe: '1m', time: new Date(time!), open, high, low, close, volume },
        ...{ quote_volume: 0, trades: 0, taker_buy_volume: 0, taker_buy_quote_volume: 0 },
      }));
    if (rows.length === 0) break;
    await sql`insert into market_data.spot_klines ${sql(rows as never[])}`;
    since = page.at(-1)![0]! + 60_000;
  }
  const [{ count }] = (await sql`select count(*)::int as count from market_data.spot_klines`) as unknown as [
    { count: number },
  ];
  if (count !== (end - Date.parse(from)) / 60_000) throw new Error(`the ccxt loop stored ${count} rows`);
}
