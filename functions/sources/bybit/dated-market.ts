import type { DatedInstrument, DatedMarket } from '../../core/listing/dated/market.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { numberIn } from '../csv/numbers.ts';
import { malformed } from '../rest/malformed.ts';
import { listIn, resultIn } from './envelope.ts';
import { requestFor } from './perpetual.ts';

const LARGEST_PAGE = 1_000;

const list = (query: Record<string, string>): HttpRequest =>
  requestFor('/v5/market/instruments-info', { limit: LARGEST_PAGE, ...query });

/** Every linear contract of Bybit that its lists still have: those that trade and those that are closed. It has no archive. */
export const bybitDated: DatedMarket = {
  venue: 'bybit',
  market: 'linear',
  contracts: ['perpetual', 'delivery'],
  lists: [list({}), list({ status: 'Closed' })],
  next(request, body) {
    const { nextPageCursor } = resultIn(body, 'instruments-info');
    // It comes percent-encoded, and the client encodes what it sends.
    return nextPageCursor
      ? { ...request, query: { ...request.query, cursor: decodeURIComponent(String(nextPageCursor)) } }
      : undefined;
  },
  parse: (body) => listIn(body, 'instruments-info').map(instrumentOf),
  sources: ['price_klines', 'funding_bybit', 'open_interest_bybit'],
  quotes: ['USDT', 'USDC'],
};

function instrumentOf(entry: unknown): DatedInstrument {
  const { symbol, baseCoin, quoteCoin, status, contractType, launchTime, deliveryTime } = (entry ??
    {}) as Record<string, unknown>;
  const names = [symbol, baseCoin, quoteCoin, status];
  if (!names.every((name) => typeof name === 'string' && name !== '')) {
    throw malformed('instruments-info', `an entry cannot be read: ${JSON.stringify(entry).slice(0, 120)}.`);
  }
  const [listedAt, delistedAt] = [launchTime, deliveryTime].map((time) => numberIn(time) || undefined);
  return {
    symbol: symbol as string,
    base: baseCoin as string,
    quote: quoteCoin as string,
    contract: String(contractType).endsWith('Perpetual') ? 'perpetual' : 'delivery',
    trading: status === 'Trading',
    ...(listedAt !== undefined && { listedAt }),
    ...(delistedAt !== undefined && { delistedAt }),
  };
}
