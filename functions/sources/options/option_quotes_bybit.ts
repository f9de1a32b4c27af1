import type { SnapshotTier, Source } from '../../core/series/source.ts';
import { HOUR, MINUTE } from '../../core/time/time.ts';
import { answeredAt, optionTickersIn } from '../bybit/option-tickers.ts';
import { requestFor } from '../bybit/perpetual.ts';
import { quoteRows, quotesTable, withoutRepeated } from '../option-chain/quotes.ts';

const table = quotesTable('bybit');

const snapshot: SnapshotTier = {
  kind: 'snapshot',
  name: 'tickers',
  requests: ({ symbol }) => [requestFor('/v5/market/tickers', { category: 'option', baseCoin: symbol })],
  statedAt: answeredAt,
  parse([body], { symbol }, at) {
    const { quotes, findings } = optionTickersIn(body!, symbol, at);
    const once = withoutRepeated(quotes, at);
    return {
      batch: quoteRows(table, symbol, at, once.quotes),
      findings: [...findings, ...once.findings],
    };
  },
};

/**
 * The chains of Bybit's options as rows, an hour apart, beside Deribit's: `GET /v5/market/tickers`. Not verified against the live
 * venue.
 */
export const option_quotes_bybit: Source = {
  id: 'option_quotes_bybit',
  family: 'options',
  title: 'Option chains of Bybit',
  table,
  timeframes: ['1h'],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTC', 'ETH'],
  symbolPattern: /^[A-Z0-9]{2,15}$/,
  chunkUnit: () => 'day',
  finalAfterMs: 0,
  settleMs: HOUR,
  refreshEveryMs: 15 * MINUTE,
  tiers: [snapshot],
  // Before any option of the venue; nothing can be fetched from before the first snapshot anyway.
  listing: { listedAt: Date.UTC(2021, 0) },
};
