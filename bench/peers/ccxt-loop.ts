import ccxt from 'ccxt';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { intoTable, type Peer, WANTED } from './peer.ts';

const PAGE = 1_000;

/** What one writes on a first afternoon: page by page with ccxt as it comes, each page one INSERT. */
export const ccxtLoop: Peer = {
  name: 'ccxt loop with INSERT',
  to: 'the table, without three of the columns',
  leavesOut: 'checksum, ledger of gaps, resuming; quote and taker volumes, trades',
  once: true,
  fetches: true,
  prepare: async () => ({
    run: ({ sql, venue }) => intoTable(sql, () => loop(sql, venue.rest)),
  }),
};

async function loop(sql: Sql, rest: string): Promise<void> {
  const { symbol } = WANTED;
  const exchange = new ccxt.binance({
    options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false },
  });
  exchange.urls = {
    ...exchange.urls,
    api: { ...(exchange.urls.api as object), public: `${rest}/api/v3` },
  };
  await exchange.loadMarkets();
  const market = exchange.market(symbol).symbol;
  const end = Date.parse(WANTED.to);
  for (let since = Date.parse(WANTED.from); since < end; ) {
    const page = (await exchange.fetchOHLCV(market, '1m', since, PAGE)) as number[][];
    const rows = page
      .filter(([time]) => time! < end)
      .map(([time, open, high, low, close, volume]) => ({
        symbol,
        timeframe: '1m',
        open_time: new Date(time!),
        open,
        high,
        low,
        close,
        volume,
        quote_volume: 0,
        trades: 0,
        taker_buy_volume: 0,
        taker_buy_quote_volume: 0,
      }));
    if (rows.length === 0) break;
    await sql`insert into market_data.spot_klines ${sql(rows as never[])}`;
    since = page.at(-1)![0]! + 60_000;
  }
}
