import { describe, expect, it } from 'vitest';
import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { checkSymbols, type SymbolPorts } from '../../../functions/core/orders/check-symbols.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { universes } from '../../../functions/sources/binance/universes.ts';
import { bybitLinear } from '../../../functions/sources/bybit/roster.ts';
import { sources } from '../../../functions/sources/index.ts';

const NOW = Date.UTC(2026, 8, 1);
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const perpetual = (symbol: string, more: object = {}) => ({
  symbol,
  quoteAsset: 'USDT',
  status: 'TRADING',
  contractType: 'PERPETUAL',
  ...more,
});

interface World {
  readonly spot?: readonly object[];
  readonly perps?: readonly object[];
  readonly volumes?: readonly object[];
  readonly bybit?: readonly string[];
  /** of which the archive has files */
  readonly archived?: readonly string[];
  /** answers about one symbol; by default each is unknown */
  readonly one?: (symbol: string) => Uint8Array;
  /** of lists */
  readonly fails?: Error;
}

const unknown = (symbol: string): GordonError =>
  new GordonError({ name: 'PermanentError', code: 'unknown-symbol', subject: symbol, message: 'no.' });

/** Venues as they are on the wire, and what was requested of them. */
function portsOf(world: World): SymbolPorts & { readonly requested: string[] } {
  const requested: string[] = [];
  const list = (value: unknown): Uint8Array => {
    if (world.fails) throw world.fails;
    return bytes(value);
  };
  const bodyOf = ({ path, query = {} }: HttpRequest): Uint8Array => {
    if (path === '/fapi/v1/exchangeInfo') return list({ symbols: world.perps ?? [] });
    if (path === '/api/v3/exchangeInfo' && !query.symbol) return list({ symbols: world.spot ?? [] });
    if (path.endsWith('/ticker/24hr')) return bytes(world.volumes ?? []);
    if (path === '/v5/market/instruments-info' && !query.symbol) {
      const all = world.bybit ?? [];
      const half = query.cursor ? all.slice(1) : all.slice(0, 1);
      const cursor = query.cursor || all.length < 2 ? '' : 'last%3DA';
      const entries = half.map((symbol) => ({ symbol, quoteCoin: 'USDT', status: 'Trading' }));
      return list({ retCode: 0, result: { list: entries, nextPageCursor: cursor } });
    }
    if (query.delimiter) {
      const folders = (world.archived ?? []).map((name) => `${query.prefix}${name}/`);
      const page = folders.filter((name) => name > String(query.marker ?? '')).slice(0, 2);
      const isMore = page.at(-1) !== folders.at(-1);
      const prefixes = page.map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`);
      return new TextEncoder().encode(
        `<ListBucketResult><Prefix>${query.prefix}</Prefix><IsTruncated>${isMore}</IsTruncated>${prefixes.join('')}</ListBucketResult>`,
      );
    }
    const symbol = String(query.symbol ?? query.prefix);
    if (!world.one) throw unknown(symbol);
    return world.one(symbol);
  };
  return {
    requested,
    sources,
    universes,
    rosters: [...universes, bybitLinear],
    clock: () => NOW,
    store: { listing: async () => undefined, saveListing: async () => {} },
    archive: { read: async () => undefined },
    venue: {
      async get(request) {
        requested.push(`${request.path} ${request.query?.symbol ?? request.query?.cursor ?? ''}`.trim());
        return { status: 200, headers: {}, body: bodyOf(request), asOf: NOW, url: request.path };
      },
    },
  };
}

const orderOf = (ids: readonly (keyof typeof sources)[], symbols: readonly string[]): JobOrder => ({
  source: sources[ids[0]!]!.family,
  sources: ids,
  symbols,
  skipped: [],
  timeframe: '1h',
  from: NOW - 86_400_000,
  to: NOW,
  alsoRequested: false,
});

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `S${i}USDT`);

describe('an order of many symbols', () => {
  it('requests one list of each venue, not each symbol', async () => {
    const symbols = names(1_000);
    const perps = symbols.map((symbol) => perpetual(symbol));
    const ports = portsOf({ perps, spot: perps });
    const order = await checkSymbols(ports, orderOf(['klines_spot', 'klines_perp'], symbols));
    expect([order.symbols, order.skipped]).toEqual([symbols, []]);
    expect(ports.requested.sort()).toEqual(['/api/v3/exchangeInfo', '/fapi/v1/exchangeInfo']);
  });

  it('follows a list over its pages, and sends its cursor decoded', async () => {
    const symbols = names(1_000);
    const ports = portsOf({ bybit: symbols });
    expect((await checkSymbols(ports, orderOf(['price_klines'], symbols))).symbols).toEqual(symbols);
    expect(ports.requested).toEqual(['/v5/market/instruments-info', '/v5/market/instruments-info last=A']);
  });

  it('looks up only what the archive has and the list forgot', async () => {
    const symbols = names(500);
    const listed = symbols.slice(2).map((symbol) => perpetual(symbol));
    const archived = ['A', 'B', 'S0USDT', 'Z'];
    const ports = portsOf({ perps: listed, spot: symbols.map((symbol) => perpetual(symbol)), archived });
    const order = await checkSymbols(ports, orderOf(['klines_spot', 'klines_perp'], symbols));
    expect(order.skipped).toEqual(['klines_perp S0USDT', 'klines_perp S1USDT']);
    expect(ports.requested.filter((line) => line.includes('USDT'))).toEqual(['/fapi/v1/klines S0USDT']);
    // Two lists, two pages of each of two folders, and the files of the one symbol.
    expect(ports.requested.filter((line) => !line.includes('S0USDT'))).toHaveLength(2 + 4 + 1);
  });

  it('ends with the first that no venue knows', async () => {
    const symbols = names(500);
    const ports = portsOf({ perps: symbols.slice(0, -1).map((symbol) => perpetual(symbol)) });
    await expect(checkSymbols(ports, orderOf(['klines_perp'], symbols))).rejects.toMatchObject({
      code: 'unknown-symbol',
      subject: 'S499USDT',
    });
    expect(ports.requested.length).toBeLessThan(5);
    const none = portsOf({});
    await expect(checkSymbols(none, orderOf(['klines_perp'], symbols))).rejects.toThrow('do not list it');
    expect(none.requested.length).toBeLessThan(5);
  });

  it('is taken as it is while the list cannot be had: the archive may serve', async () => {
    const symbols = names(20);
    const ports = portsOf({ fails: new BudgetExhausted('binance', NOW + 60_000, 'parked') });
    expect((await checkSymbols(ports, orderOf(['klines_perp'], symbols))).symbols).toEqual(symbols);
    expect(ports.requested).toEqual(['/fapi/v1/exchangeInfo']);
  });

  it('needs no list of what is known already', async () => {
    const ports = portsOf({});
    const store = { ...ports.store, listing: async () => ({ listedAt: 0, lookedAt: 0 }) };
    await checkSymbols({ ...ports, store }, orderOf(['klines_perp'], names(20)));
    expect(ports.requested).toEqual([]);
  });
});

describe('what a selector chose', () => {
  const perps = [
    perpetual('AUSDT'),
    perpetual('币安人生USDT'),
    perpetual('TSLAUSDT', { contractType: 'TRADIFI_PERPETUAL', underlyingType: 'EQUITY' }),
    perpetual('BTCUSDT_260925', { contractType: 'CURRENT_QUARTER' }),
  ];
  const select = (world: World, ids: readonly (keyof typeof sources)[], word = '@usdt-perps') =>
    checkSymbols(portsOf(world), orderOf(ids, [word]));

  it('is every perpetual that trades, in any script and about anything', async () => {
    const { symbols, skipped } = await select({ perps }, ['klines_perp']);
    expect([symbols, skipped]).toEqual([['AUSDT', 'TSLAUSDT', '币安人生USDT'], []]);
  });

  it.each([
    ['cannot be a symbol of the source', perpetual('bad name'), 'klines_perp bad name'],
    ['has no state', perpetual('BUSDT', { status: null }), 'klines_perp BUSDT'],
    ['has no name', perpetual('', { symbol: undefined }), 'klines_perp a nameless entry'],
  ])('is left out and named where it %s', async (_, odd, left) => {
    const { symbols, skipped } = await select({ perps: [...perps, odd] }, ['klines_perp']);
    expect([symbols, skipped]).toEqual([['AUSDT', 'TSLAUSDT', '币安人生USDT'], [left]]);
  });

  it('comes last where its volume cannot be read', async () => {
    const volumes = [
      { symbol: 'AUSDT', quoteVolume: 'much' },
      { symbol: '币安人生USDT', quoteVolume: '7' },
    ];
    const { symbols } = await select({ perps, volumes }, ['klines_perp'], '@usdt-perps:2');
    expect(symbols).toEqual(['币安人生USDT', 'AUSDT']);
  });

  it.each([
    ['does not know', unknown('x')],
    [
      'refuses',
      new GordonError({ name: 'PermanentError', code: 'venue-refused', subject: 'x', message: 'illegal.' }),
    ],
  ])('goes without a venue that %s it', async (_, error) => {
    const one = (): never => {
      throw error;
    };
    const { symbols, skipped } = await select({ perps, one }, ['klines_perp', 'price_klines']);
    expect(symbols).toEqual(['AUSDT', 'TSLAUSDT', '币安人生USDT']);
    expect(skipped).toEqual(['price_klines AUSDT', 'price_klines TSLAUSDT', 'price_klines 币安人生USDT']);
  });

  it('is refused as a whole only where nothing of it is left', async () => {
    await expect(select({ perps }, ['price_klines'])).rejects.toMatchObject({ code: 'empty-selection' });
  });

  it('is no excuse for a fault of ours', async () => {
    const lost = new GordonError({
      name: 'RetryableStoreError',
      code: 'venue-broken',
      subject: 'x',
      message: 'no.',
    });
    const one = (): never => {
      throw lost;
    };
    await expect(select({ perps, one }, ['klines_perp', 'price_klines'])).rejects.toBe(lost);
  });
});

describe('the answer to a word that no venue lists', () => {
  const perps = ['BTCUSDT', 'BTCUSDC', '1000SHIBUSDT', 'ETHUSDT', '币安人生USDT'].map((symbol) =>
    perpetual(symbol),
  );
  it.each([
    ['btcusdt', 'Write BTCUSDT.'],
    ['BTC/USDT', 'Write BTCUSDT.'],
    ['BTC-USDT', 'Write BTCUSDT.'],
    ['BTC/USDT:USDT', 'Write BTCUSDT.'],
    ['BTC', 'Write one of: BTCUSDC, BTCUSDT.'],
    ['SHIB/USDT', 'Write 1000SHIBUSDT.'],
    ['币安人生', 'Write 币安人生USDT.'],
    ['NOPEUSDT', 'Check the spelling: symbols are written as the venue writes them, such as BTCUSDT.'],
  ])('%s: %s', async (word, remedy) => {
    const refused = checkSymbols(portsOf({ perps }), orderOf(['klines_perp'], ['ETHUSDT', word]));
    await expect(refused).rejects.toMatchObject({
      code: 'unknown-symbol',
      subject: word,
      status: 422,
      remedy,
    });
  });

  it.each(['BTCUSDT_250627', 'BTCUSDT-27JUN25', 'BTC/USDT:USDT-250627'])(
    'says of %s that it is a dated future',
    async (word) => {
      await expect(checkSymbols(portsOf({ perps }), orderOf(['klines_perp'], [word]))).rejects.toMatchObject({
        message: expect.stringContaining(
          'it is a dated future that settles on 2025-06-27, and klines_perp takes no dated futures.',
        ),
        remedy: 'Order the perpetual: BTCUSDT.',
      });
    },
  );

  it('says of a quarterly contract that it is not listed, where the source takes such', async () => {
    const order = orderOf(['klines_coinm'], ['BTCUSD_250627']);
    await expect(checkSymbols(portsOf({}), order)).rejects.toMatchObject({
      message: expect.stringContaining('klines_coinm do not list it.'),
      remedy: expect.not.stringContaining('Order the perpetual'),
    });
  });

  it('has the spelling alone where no list can be had', async () => {
    const ports = portsOf({ fails: new BudgetExhausted('binance', NOW, 'parked') });
    await expect(checkSymbols(ports, orderOf(['klines_perp'], ['sol/usdt']))).rejects.toMatchObject({
      remedy: 'Write SOLUSDT.',
    });
  });
});
