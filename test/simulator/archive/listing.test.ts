import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { symbolFolders } from '../../../functions/sources/binance/listing.ts';
import { heldVenues } from '../helpers.ts';

describe('listing of the Binance archive', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterAll(() => on.venues.close());

  const all = (body: string, tag: string): string[] =>
    [...body.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((m) => m[1]!);
  const list = async (query: Record<string, string>) => {
    const { status, body } = await on.get<string>(`/binance-listing?${new URLSearchParams(query)}`);
    expect(status).toBe(200);
    return {
      body,
      keys: all(body, 'Key'),
      folders: all(body, 'Prefix').slice(1),
      truncated: all(body, 'IsTruncated')[0] === 'true',
      next: all(body, 'NextMarker')[0],
    };
  };

  it('walks the folders', async () => {
    const folders = async (prefix: string): Promise<string[]> =>
      (await list({ delimiter: '/', prefix })).folders;
    expect(await folders('')).toEqual(['data/']);
    expect(await folders('data/')).toEqual(['data/futures/', 'data/spot/']);
    expect(await folders('data/futures/um/daily/')).toEqual([
      'data/futures/um/daily/aggTrades/',
      'data/futures/um/daily/indexPriceKlines/',
      'data/futures/um/daily/klines/',
      'data/futures/um/daily/markPriceKlines/',
      'data/futures/um/daily/metrics/',
      'data/futures/um/daily/premiumIndexKlines/',
    ]);
    const symbols = await folders('data/spot/monthly/klines/');
    expect(symbols).toContain('data/spot/monthly/klines/OLDUSDT/');
    expect(symbols).toEqual([...symbols].sort());
    expect(await folders('data/spot/monthly/klines/BTC')).toEqual(['data/spot/monthly/klines/BTCUSDT/']);
    const intervals = await folders('data/spot/daily/klines/BTCUSDT/');
    expect(intervals).toContain('data/spot/daily/klines/BTCUSDT/1s/');
    expect(intervals).not.toContain('data/spot/daily/klines/BTCUSDT/1w/');
    expect(await folders('data/nothing/')).toEqual([]);
  });

  it.each([
    ['as they are', {}],
    ['escaped', { 'encoding-type': 'url' }],
  ])('has names in Chinese %s, and the adapter reads them', async (_, encoding) => {
    const folder = symbolFolders('/data/futures/um/daily/klines/');
    const { body } = await list({ ...(folder.request().query as Record<string, string>), ...encoding });
    expect(body.includes(encodeURIComponent('币安人生'))).toBe('encoding-type' in encoding);
    const { symbols } = folder.parse(new TextEncoder().encode(body));
    expect(symbols).toContain('币安人生USDT');
    // The prefix that was requested is not a symbol.
    expect(symbols).not.toContain('klines');
  });

  it('has pages of so many keys as a switch says, whose next one only the last folder shows', async () => {
    on.venues.control.switches.set('listing-page', '3');
    on.venues.control.switches.set('listing-marker', 'absent');
    const folder = symbolFolders('/data/spot/daily/klines/');
    const { body, next, truncated } = await list(folder.request().query as Record<string, string>);
    on.venues.control.switches.clear();
    const page = folder.parse(new TextEncoder().encode(body));
    expect([next, truncated, page.symbols.length]).toEqual([undefined, true, 3]);
    expect(page.next).toBe(`data/spot/daily/klines/${page.symbols[2]}/`);
  });

  it('keeps a settled contract in a folder of its own, and some symbols without a file of a month', async () => {
    const names = async (tree: string): Promise<readonly string[]> => {
      const folder = symbolFolders(`/data/futures/um/${tree}/klines/`);
      const { body } = await list(folder.request().query as Record<string, string>);
      return folder.parse(new TextEncoder().encode(body)).symbols;
    };
    const [monthly, daily] = [await names('monthly'), await names('daily')];
    for (const symbols of [monthly, daily]) expect(symbols).toContain('AGAINUSDT_SETTLED');
    expect([monthly.includes('BRIEFUSDT'), daily.includes('BRIEFUSDT')]).toEqual([false, true]);
  });

  it.each(['spot', 'futures/um'])('names all symbols of %s, page by page', async (market) => {
    const folder = symbolFolders(`/data/${market}/daily/klines/`);
    const found: string[] = [];
    let pages = 0;
    for (let after: string | undefined, more = true; more; pages++) {
      const query = { ...folder.request(after).query, 'max-keys': '5' } as Record<string, string>;
      const { body } = await list(query);
      const { symbols, next } = folder.parse(new TextEncoder().encode(body));
      found.push(...symbols);
      after = next;
      more = next !== undefined;
    }
    expect(found).toEqual(expect.arrayContaining(['BTCUSDT', 'OLDUSDT', '币安人生USDT']));
    expect([new Set(found).size, pages]).toEqual([found.length, Math.ceil(found.length / 5)]);
  });

  it('lists zips with their CHECKSUM, up to the last published month', async () => {
    const prefix = 'data/futures/um/monthly/klines/NEWUSDT/1m/';
    const { keys, truncated, body } = await list({ delimiter: '/', prefix });
    const names = keys.map((key) => key.slice(prefix.length));
    expect(truncated).toBe(false);
    expect(names).toHaveLength(2 * 17);
    expect(names.slice(0, 2)).toEqual(['NEWUSDT-1m-2025-06.zip', 'NEWUSDT-1m-2025-06.zip.CHECKSUM']);
    expect(names.at(-1)).toBe('NEWUSDT-1m-2026-10.zip.CHECKSUM');
    expect(all(body, 'Name')).toEqual(['data.binance.vision']);
    expect(all(body, 'LastModified')[0]).toBe('2025-07-07T08:00:00.000Z');
    for (const key of [keys[0], keys.at(-1)])
      expect((await on.bytes(`/binance-archive/${key}`)).status).toBe(200);
  });

  it('pages by 1000 through NextMarker, each key once', async () => {
    const prefix = 'data/futures/um/daily/metrics/BTCUSDT/';
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let marker = ''; ; ) {
      const page = await list({ delimiter: '/', prefix, marker });
      seen.push(...page.keys);
      sizes.push(page.keys.length);
      if (!page.truncated) break;
      expect(page.next).toBe(page.keys.at(-1));
      marker = page.next!;
    }
    expect(sizes.slice(0, -1).every((n) => n === 1000)).toBe(true);
    // 2020-09-01 to 2026-11-20, a zip and a CHECKSUM each.
    const days = (Date.UTC(2026, 10, 21) - Date.UTC(2020, 8, 1)) / 86_400_000;
    expect(seen).toHaveLength(2 * days);
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it('gives no NextMarker without a delimiter and counts folders as keys with one', async () => {
    const flat = await list({ prefix: 'data/spot/daily/klines/ADAUSDT/', 'max-keys': '3' });
    expect([flat.keys.length, flat.truncated, flat.next]).toEqual([3, true, undefined]);
    const two = await list({ delimiter: '/', prefix: 'data/spot/monthly/klines/', 'max-keys': '2' });
    expect([two.folders.length, two.next]).toEqual([2, two.folders[1]]);
    const rest = await list({ delimiter: '/', prefix: 'data/spot/monthly/klines/', marker: two.next! });
    expect(rest.folders[0]! > two.folders[1]!).toBe(true);
    expect((await on.get('/binance-listing?delimiter=x')).status).toBe(400);
  });
});
