import { DAY, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { htmlPage, json, queryOf } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { COINS, circulating, EURO_FROM, eurosOf, FIRST, type Stablecoin, supplyOf } from './supply.ts';

const LIMIT = 'defillama';

type Pegged = Record<string, number>;

interface Row {
  date: string;
  totalCirculating: Pegged;
  totalUnreleased?: Pegged;
  totalCirculatingUSD: Pegged;
  totalMintedUSD?: Pegged;
  totalBridgedToUSD?: Pegged;
}

/** Oldest first. The last row is the running day's and goes on changing. */
function* rows(now: number, first: number, make: (at: number) => Omit<Row, 'date'>): Generator<Row> {
  for (let at = first; at <= now; at += DAY) {
    yield { date: String(at / SECOND), ...make(Math.min(now, at + DAY - 1)) };
  }
}

function market({ seed, restatements }: VenueContext, now: number): Row[] {
  const supplies = COINS.map((coin) => ({ first: coin.first, supply: supplyOf(seed, coin) }));
  const euros = eurosOf(seed);
  const make = (at: number): Omit<Row, 'date'> => {
    const totalCirculating: Pegged = { peggedUSD: 0 };
    const totalCirculatingUSD: Pegged = { peggedUSD: 0 };
    for (const { first, supply } of supplies) {
      if (first > at) continue;
      const { units, price } = supply(at);
      totalCirculating.peggedUSD = (totalCirculating.peggedUSD ?? 0) + units;
      totalCirculatingUSD.peggedUSD = (totalCirculatingUSD.peggedUSD ?? 0) + units * price;
    }
    if (at >= EURO_FROM) {
      const { units, price } = euros(at);
      totalCirculating.peggedEUR = units;
      totalCirculatingUSD.peggedEUR = units * price;
    }
    return {
      totalCirculating,
      totalUnreleased: { peggedUSD: 0 },
      totalCirculatingUSD,
      ...minted(totalCirculatingUSD),
    };
  };
  return [...rows(now, FIRST, make)].flatMap((row) => restated(row, 'ALL', restatements));
}

const minted = (usd: Pegged): Pick<Row, 'totalMintedUSD' | 'totalBridgedToUSD'> => ({
  totalMintedUSD: Object.fromEntries(Object.entries(usd).map(([peg, value]) => [peg, value * 1.03])),
  totalBridgedToUSD: { peggedUSD: (usd.peggedUSD ?? 0) * 0.02 },
});

/** As it is counted since: every amount in US dollars by the same factor. */
function restated(row: Row, series: string, restatements: VenueContext['restatements']): Row[] {
  const factor = restatements.factor('defillama', series, Number(row.date) * SECOND);
  if (factor === undefined) return [];
  if (factor === 1) return [row];
  const amounts = Object.entries(row.totalCirculatingUSD).map(([peg, usd]) => [peg, usd * factor]);
  return [{ ...row, totalCirculatingUSD: Object.fromEntries(amounts) }];
}

/** Old rows of one coin lack what was not yet counted. */
const COUNTED_FROM = Date.UTC(2021, 4, 1);

function chartOf(coin: Stablecoin, { seed, restatements }: VenueContext, now: number): Row[] {
  const supply = supplyOf(seed, coin);
  const make = (at: number): Omit<Row, 'date'> => {
    const { units, price } = supply(at);
    const totalCirculatingUSD = { peggedUSD: units * price };
    const base = { totalCirculating: { peggedUSD: units }, totalCirculatingUSD };
    return at < COUNTED_FROM
      ? base
      : { ...base, totalUnreleased: { peggedUSD: 0 }, ...minted(totalCirculatingUSD) };
  };
  return [...rows(now, coin.first, make)].flatMap((row) => restated(row, coin.symbol, restatements));
}

function stablecoins({ seed }: VenueContext, now: number, prices: boolean): unknown {
  const listed = COINS.filter((c) => c.symbol !== '');
  const pegged = (coin: Stablecoin, daysAgo: number): Pegged => ({
    peggedUSD: circulating(seed, coin, now - daysAgo * DAY).units,
  });
  return {
    peggedAssets: listed.map((coin) => ({
      id: coin.id,
      name: coin.name,
      symbol: coin.symbol,
      gecko_id: coin.gecko,
      pegType: 'peggedUSD',
      priceSource: 'defillama',
      pegMechanism: coin.mechanism,
      circulating: pegged(coin, 0),
      circulatingPrevDay: pegged(coin, 1),
      circulatingPrevWeek: pegged(coin, 7),
      circulatingPrevMonth: pegged(coin, 30),
      chainCirculating: { Ethereum: { current: pegged(coin, 0) } },
      chains: ['Ethereum'],
      ...(prices && { price: circulating(seed, coin, now).price }),
    })),
  };
}

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const query = queryOf(request);
  if (request.path === '/stablecoins') {
    return json(stablecoins(context, request.at, query.get('includePrices') === 'true'));
  }
  if (request.path !== '/stablecoincharts/all') return htmlPage(404, 'Not Found');
  const id = query.get('stablecoin');
  if (id === undefined) return json(market(context, request.at));
  const coin = COINS.find((c) => c.id === id && c.symbol !== '');
  return json(coin ? chartOf(coin, context, request.at) : []);
}

export const defillama: VenueModule = {
  id: 'defillama',
  prefix: '/defillama',
  env: 'GORDON_DEFILLAMA_URL',
  limits: [{ id: LIMIT, limit: 300, windowMs: MINUTE }],
  open: (context) => (request) =>
    context.limiter.take(LIMIT, request.ip, 1).allowed
      ? answer(context, request)
      : htmlPage(429, 'Too Many Requests'),
};
