import type { Instrument, Roster } from '../../core/series/universe.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed } from '../rest/malformed.ts';
import { listIn, resultIn } from './envelope.ts';
import { bybitFamily, bybitHost } from './hosts.ts';
import { bybit } from './venue.ts';

const LARGEST_PAGE = 1_000;

const list = (query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  venue: bybit,
  host: bybitHost,
  family: bybitFamily,
  path: '/v5/market/instruments-info',
  query,
});

const page = (cursor?: string): HttpRequest =>
  list({ category: 'linear', limit: LARGEST_PAGE, ...(cursor !== undefined && { cursor }) });

/** Bybit's spot markets that trade now. The list has one page, whatever limit is requested. */
export const bybitSpot: Roster = {
  sources: ['klines_bybit_spot'],
  instruments: list({ category: 'spot' }),
  parseInstruments: instrumentsOf,
};

/** Bybit's linear contracts that trade now. */
export const bybitLinear: Roster = {
  sources: [
    'price_klines',
    'funding_bybit',
    'open_interest_bybit',
    'klines_bybit_linear',
    'ratio_bybit_accounts',
  ],
  instruments: page(),
  parseInstruments: instrumentsOf,
  next(body) {
    const { nextPageCursor } = resultIn(body, 'instruments-info');
    // It comes percent-encoded, and the client encodes what it sends.
    return nextPageCursor ? page(decodeURIComponent(String(nextPageCursor))) : undefined;
  },
};

function instrumentsOf(body: Uint8Array): readonly Instrument[] {
  const entries = listIn(body, 'instruments-info');
  const read = entries.map(instrumentOf).filter((one) => one !== undefined);
  if (read.length === 0 && entries.length > 0) {
    throw malformed('instruments-info', 'no entry of it can be read.');
  }
  return read;
}

function instrumentOf(entry: unknown): Instrument | undefined {
  const { symbol, quoteCoin, status } = (entry ?? {}) as Record<string, unknown>;
  if (typeof symbol !== 'string' || typeof quoteCoin !== 'string' || typeof status !== 'string') {
    return undefined;
  }
  return { symbol, status, quote: quoteCoin, trading: status === 'Trading' };
}
