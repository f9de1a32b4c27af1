import { MINUTE } from '../../functions/core/time/time.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { marketOf } from '../market/market.ts';
import { Fields, nothing, Unprocessable, unprocessable, unsupported } from './body.ts';
import { candleSnapshot, truth, written } from './candles.ts';
import { type Coin, PAIRS, PERPS } from './coins.ts';
import { fundingHistory } from './funding.ts';

const LIMIT = 'hyperliquid';

interface Kind {
  /** one more unit of weight is counted for each such number of rows */
  readonly rowsPerWeight?: number;
  /** @returns undefined for a coin that it does not know */
  answer(context: VenueContext, body: Fields, now: number): unknown;
}

const KINDS: Readonly<Record<string, Kind>> = {
  candleSnapshot: { rowsPerWeight: 60, answer: candleSnapshot },
  fundingHistory: { rowsPerWeight: 20, answer: fundingHistory },
  meta: { answer: (_, __, now) => meta(now) },
  metaAndAssetCtxs: {
    answer: (context, _, now) => [meta(now), listed(PERPS, now).map((one) => ctxOf(context, one, now))],
  },
  spotMeta: { answer: (_, __, now) => spotMeta(now) },
  // The main exchange has no name.
  perpDexs: { answer: () => [null] },
};

const BASE_WEIGHT = 20;

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const { limiter } = context;
  if (request.path !== '/info') return { status: 404, headers: {}, body: '' };
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: '' };
  if (!limiter.take(LIMIT, request.ip, BASE_WEIGHT).allowed) return { ...nothing(429), weight: BASE_WEIGHT };
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return unsupported();
  try {
    const body = new Fields(parsed(request.body));
    const type = body.text('type');
    const kind = KINDS[type];
    if (!kind) throw new Unprocessable();
    const value = kind.answer(context, body, request.at);
    const route = `POST /hyperliquid/info ${type}`;
    if (value === undefined) return { ...nothing(500), route, weight: BASE_WEIGHT };
    const rows =
      Array.isArray(value) && kind.rowsPerWeight ? Math.ceil(value.length / kind.rowsPerWeight) : 0;
    // What an answer weighs is known when it is there: the next one is refused for it.
    if (rows > 0) limiter.take(LIMIT, request.ip, rows);
    const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*' };
    return json(value, { headers, route, weight: BASE_WEIGHT + rows });
  } catch (error) {
    if (!(error instanceof Unprocessable)) throw error;
    return { ...unprocessable(), weight: BASE_WEIGHT };
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Unprocessable();
  }
}

const listed = (coins: readonly Coin[], now: number): readonly Coin[] =>
  coins.filter(({ contract }) => contract.listedAt <= now);

const isDelisted = ({ contract }: Coin, now: number): boolean =>
  contract.delistedAt !== undefined && contract.delistedAt <= now;

/** Flags are there only where they are set. */
const meta = (now: number): unknown => ({
  universe: listed(PERPS, now).map((one) => ({
    szDecimals: one.szDecimals,
    name: one.name,
    maxLeverage: 50,
    marginTableId: 50,
    ...(isDelisted(one, now) && { isDelisted: true }),
  })),
  marginTables: [],
  collateralToken: 0,
});

/** Without a book there is no premium and no price in the middle. */
function ctxOf(context: VenueContext, one: Coin, now: number): unknown {
  const { digits } = one.contract;
  const price = written(marketOf(context).priceAt(one.contract, now), digits.price);
  const gone = isDelisted(one, now);
  return {
    funding: gone ? '0.0' : '0.0000125',
    openInterest: gone ? '0.0' : '27353.17',
    prevDayPx: price,
    dayNtlVlm: gone ? '0.0' : '1516669.19',
    premium: gone ? null : '0.0',
    oraclePx: price,
    markPx: price,
    midPx: gone ? null : price,
    impactPxs: gone ? null : [price, price],
    dayBaseVlm: gone ? '0.0' : '19707.7',
  };
}

const token = (name: string, index: number): unknown => ({
  name,
  szDecimals: 2,
  weiDecimals: 8,
  index,
  tokenId: `0x${String(index).padStart(32, '0')}`,
  isCanonical: index < 2,
  evmContract: null,
  fullName: null,
});

const spotMeta = (now: number): unknown => {
  const pairs = listed(PAIRS, now);
  return {
    universe: pairs.map(({ name, tokens }) => ({
      tokens,
      name,
      index: name.startsWith('@') ? Number(name.slice(1)) : 0,
      isCanonical: !name.startsWith('@'),
    })),
    tokens: [token('USDC', 0), ...pairs.map(({ tokens, contract }) => token(contract.base, tokens![0]))],
  };
};

export const hyperliquid: VenueModule = {
  id: 'hyperliquid',
  prefix: '/hyperliquid',
  env: 'GORDON_HYPERLIQUID_URL',
  limits: [{ id: LIMIT, limit: 1200, windowMs: MINUTE }],
  open: (context) => (request) => answer(context, request),
  refusal: (status) => (status === 422 ? unprocessable() : status === 429 ? nothing(429) : undefined),
  truth,
};
