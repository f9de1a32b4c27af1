import type { SnapshotTier, Source } from '../../core/series/source.ts';
import { HOUR, MINUTE } from '../../core/time/time.ts';
import { indexPriceIn, optionsIn } from '../deribit/book-summary.ts';
import { gexTable, sumExposure } from '../deribit/gamma-exposure.ts';
import { requestFor } from '../deribit/request.ts';
import { serverTimeIn } from '../deribit/server-time.ts';

const snapshot: SnapshotTier = {
  kind: 'snapshot',
  name: 'book-summary',
  requests: ({ symbol }) => [
    requestFor('get_book_summary_by_currency', { currency: symbol, kind: 'option' }),
    requestFor('get_index_price', { index_name: `${symbol.toLowerCase()}_usd` }),
  ],
  statedAt: serverTimeIn,
  parse([summary, index], { symbol }, at) {
    const { options, findings } = optionsIn(summary!, symbol, at);
    const parsed = sumExposure(symbol, at, indexPriceIn(index!, symbol), options);
    return { ...parsed, findings: [...findings, ...parsed.findings] };
  },
};

/**
 * Gamma exposure of all BTC and ETH options of Deribit, by strike and expiry: a snapshot an hour, because the venue keeps no
 * history of open interest. Gamma is Black's, from the venue's mark volatility and the future that it prices the option on.
 */
export const gex_deribit: Source = {
  id: 'gex_deribit',
  family: 'gex',
  title: 'Gamma exposure of Deribit options',
  table: gexTable,
  timeframes: ['1h'],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTC', 'ETH'],
  symbolPattern: /^(?:BTC|ETH)$/,
  chunkUnit: () => 'day',
  finalAfterMs: 0,
  settleMs: HOUR,
  refreshEveryMs: 15 * MINUTE,
  tiers: [snapshot],
  // Since the first options on Bitcoin; nothing can be fetched from before the first snapshot anyway.
  listing: { listedAt: Date.UTC(2016, 6, 1) },
};
