import type { SnapshotTier, Source } from '../../core/series/source.ts';
import { HOUR, MINUTE } from '../../core/time/time.ts';
import { chainTier, exposureOf, readChain } from '../deribit/chain.ts';
import { gexTable } from '../deribit/gamma-exposure.ts';

const snapshot: SnapshotTier = {
  ...chainTier,
  parse: (bodies, { symbol }, at) => exposureOf(readChain(bodies, symbol, at), symbol, at),
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
