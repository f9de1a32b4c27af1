import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../functions/core/api/operations.ts';
import { tickerOf } from '../../functions/core/listing/dated/contract-name.ts';
import type { RefreshedUniverse } from '../../functions/core/listing/dated/refresh-universe.ts';
import { DAY, iso } from '../../functions/core/time/time.ts';
import { INSTRUMENTS } from '../../simulator/bybit/instruments.ts';
import { CONTRACTS, type Contract } from '../../simulator/market/contracts.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost();
  // Perpetuals of shares and metals are symbols as well.
  at.venues.control.switches.set('binance-tradfi', 'on');
});
afterAll(() => at?.[Symbol.asyncDispose]());

/** Refreshes all markets, piece by piece. */
async function refresh(): Promise<readonly RefreshedUniverse[]> {
  const pieces: RefreshedUniverse[] = [];
  for (let next: object | null = {}; next; next = pieces.at(-1)!.next) {
    const { status, body } = await at.ask<RefreshedUniverse>('/universe/refresh', {
      method: 'POST',
      body: JSON.stringify(next),
    });
    expect([status, body.failed]).toEqual([200, []]);
    pieces.push(body);
  }
  return pieces;
}
const universe = async (query: Readonly<Record<string, string>> = {}): Promise<Answer<'universe'>> =>
  (await at.ask<Answer<'universe'>>(`/universe?${new URLSearchParams(query)}`)).body;

interface Life {
  readonly venue: string;
  readonly symbol: string;
  readonly start: number;
  readonly end: number;
}

/** A pause leaves no month without a file, and is no end. */
const PAUSE = 31 * DAY;

/** What the simulated venues know of a contract, to the minute. */
function livesOf(of: Contract): Life[] {
  const life = { venue: 'binance', symbol: tickerOf(of.symbol) };
  const end = of.delistedAt ?? Number.POSITIVE_INFINITY;
  const { away } = of;
  if (!away || away.end - away.start < PAUSE) return [{ ...life, start: of.listedAt, end }];
  return [
    { ...life, start: of.listedAt, end: away.start },
    { ...life, start: away.end, end },
  ];
}
const truth = (): Life[] => [
  ...CONTRACTS.flatMap(livesOf),
  ...INSTRUMENTS.filter(({ category, contract }) => category === 'linear' && !contract.forgottenAt).map(
    ({ symbol, launchedAt, contract }) => ({
      venue: 'bybit',
      symbol,
      start: launchedAt,
      end: contract.delistedAt ?? Number.POSITIVE_INFINITY,
    }),
  ),
];
const named = (lives: readonly { venue: string; symbol: string }[]): string[] =>
  lives.map(({ venue, symbol }) => `${venue} ${symbol}`).sort();

describe('the dated universe', () => {
  it('is not complete before a refresh has reached the end of each market', async () => {
    expect(await universe({ at: '2022-01-01' })).toMatchObject({ complete: false, symbols: [] });
  });

  it('has at each instant exactly the symbols whose lives contain it', async () => {
    const pieces = await refresh();
    expect(new Set(pieces.map(({ market }) => market))).toEqual(
      new Set(['binance spot', 'binance usdm', 'binance coinm', 'bybit linear']),
    );
    const all = await universe();
    expect(all.complete).toBe(true);
    const lives = truth();
    const borders = lives.flatMap(({ start, end }) =>
      end === Number.POSITIVE_INFINITY ? [start] : [start, end],
    );
    const instants = fc.oneof(
      fc.integer({ min: Date.UTC(2017, 6), max: at.time.clock() }),
      // The minutes around each border.
      fc
        .tuple(fc.constantFrom(...borders), fc.constantFrom(-60_000, -1, 0, 60_000))
        .map(([border, by]) => Math.min(border + by, at.time.clock())),
    );
    await fc.assert(
      fc.asyncProperty(instants, async (instant) => {
        const { symbols } = await universe({ at: iso(instant) });
        expect(named(symbols)).toEqual(
          named(lives.filter(({ start, end }) => start <= instant && instant < end)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('has beginning and end of every life to the minute', async () => {
    const { symbols } = await universe();
    const found = symbols
      .map(({ venue, symbol, listed_at, delisted_at }) => `${venue} ${symbol} ${listed_at} ${delisted_at}`)
      .sort();
    expect(found).toEqual(
      truth()
        .map(
          ({ venue, symbol, start, end }) =>
            `${venue} ${symbol} ${iso(start)} ${Number.isFinite(end) ? iso(end) : null}`,
        )
        .sort(),
    );
  });

  it('costs no request for symbols about which nothing is new', async () => {
    at.venues.requests.clear();
    const pieces = await refresh();
    expect(pieces.map(({ looked_up }) => looked_up)).toEqual([0, 0, 0, 0]);
    const lines = at.venues.requests.last(100).map(({ line }) => line.replace(/\?.*/, ''));
    expect(lines.filter((line) => line.includes('/data/'))).toEqual([]);
    expect(lines).toHaveLength(3 + 6 + 2);
  });
});

describe('symbols with more than one life', () => {
  const livesNamed = async (symbol: string) =>
    (await universe({ symbol })).symbols.map(({ listed_at, delisted_at, evidence }) => ({
      listed_at,
      delisted_at,
      ...(evidence.folder && { folder: evidence.folder }),
    }));

  it('are two where another asset took the ticker, or it went and came back', async () => {
    expect(await livesNamed('REUSEDUSDC')).toEqual([
      { listed_at: '2021-08-21T10:00:00Z', delisted_at: '2022-05-13T03:00:00Z' },
      { listed_at: '2022-07-31T06:00:00Z', delisted_at: null },
    ]);
    expect(await livesNamed('BACKUSDC')).toHaveLength(2);
  });

  it('have the earlier life of a contract that was settled, and no symbol of that name', async () => {
    expect(await livesNamed('AGAINUSDT')).toEqual([
      { listed_at: '2021-09-06T08:00:00Z', delisted_at: '2022-06-10T09:00:00Z', folder: 'AGAINUSDT_SETTLED' },
      { listed_at: '2022-09-27T02:30:00Z', delisted_at: '2023-02-11T04:00:00Z' },
    ]);
    expect(await livesNamed('AGAINUSDT_SETTLED')).toEqual([]);
  });

  it('end with the last trade where files go on without any, with the file that shows it', async () => {
    const { symbols } = await universe({ symbol: 'FROZENUSDT' });
    expect(symbols).toMatchObject([
      {
        contract: 'perpetual',
        delisted_at: '2022-09-15T09:00:00Z',
        evidence: {
          delisted: {
            by: 'archive',
            precision: 'minute',
            object: '/data/futures/um/daily/klines/FROZENUSDT/1m/FROZENUSDT-1m-2022-09-15.zip',
          },
        },
      },
    ]);
  });

  it('are found in folders of days alone, in Chinese, and as delivery contracts', async () => {
    expect(await livesNamed('BRIEFUSDT')).toEqual([
      { listed_at: '2022-11-03T08:00:00Z', delisted_at: '2022-11-14T06:00:00Z' },
    ]);
    expect(
      (await universe({ base: '币安人生' })).symbols.map(({ symbol, contract }) => [symbol, contract]),
    ).toEqual([
      ['币安人生USDT', 'perpetual'],
      ['币安人生USDT', 'spot'],
    ]);
    expect((await universe({ contract: 'delivery', quote: 'USDT' })).symbols).toMatchObject([
      { symbol: 'BTCUSDT_230331', base: 'BTC', quote: 'USDT', delisted_at: '2023-03-31T08:00:00Z' },
    ]);
  });
});

it('reads pages of the listing with and without a marker of the next one', async () => {
  await using other = await startMemoryHost();
  const { switches } = other.venues.control;
  switches.set('binance-tradfi', 'on');
  switches.set('listing-page', '7');
  switches.set('listing-marker', 'absent');
  const market = 'binance usdm';
  for (let next: object | null = { market }; next && 'market' in next && next.market === market; ) {
    const init: RequestInit = { method: 'POST', body: JSON.stringify(next) };
    next = (await other.ask<RefreshedUniverse>('/universe/refresh', init)).body.next;
  }
  const found = await other.ask<Answer<'universe'>>('/universe?venue=binance');
  const expected = (await universe({ venue: 'binance' })).symbols.filter(
    ({ contract, quote }) => contract !== 'spot' && quote !== 'USD',
  );
  expect(found.body.symbols.map(({ renames: _, ...one }) => one)).toEqual(
    expected.map(({ renames: _, ...one }) => one),
  );
});

describe('the schedule', () => {
  it('keeps it current: what a list has new is looked up, and nothing else', async () => {
    const quiet = await at.invoke<object>('watch-instruments');
    expect(quiet).not.toHaveProperty('universe');
    at.venues.control.switches.set('binance-fillers', '3');
    // Spot has no listing date and no file of them yet: when the list first had them is all that is known.
    expect(await at.invoke('watch-instruments')).toMatchObject({ universe: 6 });
    expect((await universe({ symbol: 'LOT0002USDT', contract: 'perpetual' })).symbols).toMatchObject([
      { listed_at: '2025-01-02T08:00:00Z', evidence: { listed: { by: 'list' } } },
    ]);
    expect((await universe()).markets.find(({ market }) => market === 'binance spot')).toMatchObject({
      failed: 3,
    });
    at.venues.control.switches.set('binance-fillers', '0');
  });

  it('does not begin one that nobody wants yet', async () => {
    await using other = await startMemoryHost();
    expect(await other.invoke('watch-instruments')).not.toHaveProperty('universe');
    expect(other.venues.requests.count('/binance-listing')).toBe(0);
  });
});
