import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { archiveOf, csvOf } from './archive/helpers.ts';
import { at, heldVenues, type Row } from './helpers.ts';

/** What a value looks like on the wire: JSON type, and for numbers in text the sort of text. */
function shape(value: unknown): unknown {
  if (value === null || value === '') return value;
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value === 'object') return Object.entries(value as object).map(([key, v]) => [key, shape(v)]);
  if (typeof value === 'number')
    return Number.isInteger(value) ? `integer of ${String(value).length > 12 ? 13 : 'few'}` : 'float';
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
    ? `decimals ${value.split('.')[1]?.length ?? 0}`
    : typeof value;
}

interface Pair {
  readonly request: string;
  readonly response: Row[];
}
const json = <T>(file: string): T => JSON.parse(recorded(file) as string) as T;
const query = (request: string): URLSearchParams =>
  new URL(request.slice('GET '.length), 'http://venue').searchParams;

describe('the wire format, against recorded answers', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterAll(() => on.venues.close());

  it('spot klines', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    for (const { request, response } of json<Pair[]>('binance_spot/klines_rest_pairs.json')) {
      const { body } = await on.spot(String(query(request)));
      expect([request, shape(body[0])]).toEqual([request, shape(response[0])]);
    }
  });

  it('spot klines: the same open times for the same bounds', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const bounded = json<Pair[]>('binance_spot/klines_rest_pairs.json').filter((p) =>
      query(p.request).has('startTime'),
    );
    expect(bounded.length).toBeGreaterThan(0);
    for (const { request, response } of bounded) {
      const { body } = await on.spot(String(query(request)));
      const times = body.map((r) => [r[0], r[6]]);
      // The recorder left rows out; those it kept are where it says they are.
      for (const r of response) expect(times).toContainEqual([r[0], r[6]]);
      expect(times[0]).toEqual([response[0]![0], response[0]![6]]);
    }
  });

  it('futures klines: types, and first candle of the listing', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const types = (row: Row): string[] => row.map((v) => typeof v);
    for (const { request, response } of json<Pair[]>('binance_usdm/klines_rest_pairs.json')) {
      const { body } = await on.usdm(String(query(request)));
      expect([request, types(body[0]!)]).toEqual([request, types(response[0]!)]);
      if (query(request).has('startTime')) expect([request, body[0]![0]]).toEqual([request, response[0]![0]]);
    }
  });

  it('funding: key order, types, empty mark prices', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    type Funding = Record<string, string> & { fundingTime: number };
    const real = json<Funding[]>('binance_usdm/SOLUSDT_fundingRate_full.json');
    on.venues.control.clock.hold(real.at(-1)!.fundingTime + 1000);
    const path = '/binance-usdm/fapi/v1/fundingRate?symbol=SOLUSDT';
    const late = (await on.get<Funding[]>(`${path}&limit=1`)).body[0];
    const early = (await on.get<Funding[]>(`${path}&startTime=0&limit=1`)).body[0];
    const strip = (v: unknown): unknown =>
      JSON.parse(JSON.stringify(shape(v)).replaceAll('integer of few', 'integer of 13'));
    expect(strip(late)).toEqual(strip(real.at(-1)));
    expect(strip(early)).toEqual(strip(real[0]));
    on.venues.control.clock.hold(at('2026-11-21T12:34:56'));
  });

  it('fundingInfo and statistics: keys and types', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const info = json<Record<string, unknown>[]>('binance_usdm/fundingInfo.json');
    const mine = (await on.get<Record<string, unknown>[]>('/binance-usdm/fapi/v1/fundingInfo')).body;
    const fields = (row: Record<string, unknown>): string[] =>
      Object.keys(row)
        .sort()
        .map((k) => `${k} ${typeof row[k]}`);
    // The recorder sorted the keys of this one.
    expect(fields(mine.find((r) => r.updateTime !== null)!)).toEqual(fields(info[0]!));
    for (const name of ['openInterestHist', 'globalLongShortAccountRatio']) {
      const real = json<unknown[]>(`binance_usdm/BNBUSDT_${name}_1d_30rows.json`);
      const { body } = await on.get<unknown[]>(`/binance-usdm/futures/data/${name}?symbol=BNBUSDT&period=1d`);
      expect(body).toHaveLength(real.length);
      expect(body.map(shape)).toEqual(real.map(shape));
    }
  });

  for (const month of ['2024-12', '2025-01']) {
    it(`spot archive of ${month}: columns, decimals, unit, rows`, async ({ skip }) => {
      skip(recordingsAbsent !== undefined, recordingsAbsent);
      const real = (recorded(`binance_archive/ETHUSDT-1h-${month}.csv`) as string).trimEnd().split('\n');
      const mine = await csvOf(on, `spot/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-${month}.zip`);
      const times = (lines: string[]): string[][] =>
        lines.map((l) => l.split(',').filter((_, i) => i === 0 || i === 6));
      expect(times(mine)).toEqual(times(real));
      expect(shape(mine[0]!.split(','))).toEqual(shape(real[0]!.split(',')));
    });
  }

  it('mark price archive: header, columns, decimals and checksum', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const name = 'BTCUSDT-mark-1m-2024-01-01';
    const real = (recorded(`binance_archive/${name}_header_first_last.csv`) as string).trimEnd().split('\n');
    const key = 'futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01-01.zip';
    const mine = await csvOf(on, key);
    const [header, first, last] = [mine[0], mine[1], mine.at(-1)].map((line) => line!.split(','));
    expect([header, mine.length]).toEqual([real[0]!.split(','), 1441]);
    expect([shape(first), shape(last)]).toEqual(real.slice(1).map((line) => shape(line.split(','))));
    const times = (line: readonly string[]): unknown[] => [line[0], line[6], line[8]];
    expect([times(first!), times(last!)]).toEqual(real.slice(1).map((line) => times(line.split(','))));
    const checksum = recorded(`binance_archive/${name}.zip.CHECKSUM`) as string;
    expect((await archiveOf(on, key)).checksum.length).toBe(checksum.length);
  });

  it('COIN-M: candles, the refusal of a long range, funding, premium and the list of contracts', async ({
    skip,
  }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const get = async (request: string) =>
      (await on.get<unknown>(`/binance-coinm${request.slice('GET '.length)}`)).body;
    const pairs = (file: string) => json<{ request: string; response: unknown }[]>(`binance_coinm/${file}`);
    const [days, refusal] = pairs('klines_rest_pairs.json');
    const [mine, real] = [(await get(days!.request)) as Row[], days!.response as Row[]];
    expect(mine.slice(0, real.length).map((row) => [row[0], row[6]])).toEqual(
      real.map((row) => [row[0], row[6]]),
    );
    expect(shape(mine[0])).toEqual(shape(real[0]));
    expect(await get(refusal!.request)).toEqual(refusal!.response);

    const keys = (row: unknown): string[] =>
      Object.entries(row as object)
        .map(([key, value]) => `${key} ${JSON.stringify(shape(value))}`)
        .sort();
    const [funding] = pairs('fundingRate_rest_pairs.json');
    const settled = (await get(funding!.request)) as unknown[];
    expect(keys(settled[0])).toEqual(keys((funding!.response as unknown[])[0]));
    const [one, all] = pairs('premiumIndex_rest_pairs.json');
    expect(keys(((await get(one!.request)) as unknown[])[0])).toEqual(keys((one!.response as unknown[])[0]));
    const quarter = (await get('GET /dapi/v1/premiumIndex?symbol=BTCUSD_261225')) as unknown[];
    expect(keys(quarter[0])).toEqual(keys((all!.response as unknown[])[0]));

    const [interest] = pairs('futures_data_rest_pairs.json');
    const perpetual = interest!.request.replace('CURRENT_QUARTER', 'PERPETUAL').slice('GET '.length);
    const readings = (await get(`GET ${perpetual}`)) as unknown[];
    expect(keys(readings[0])).toEqual(keys((interest!.response as unknown[])[0]));

    const listed = json<{ response: { symbols: Record<string, unknown>[] } }>(
      'binance_coinm/exchangeInfo.json',
    );
    const names = (entry: unknown): string[] => Object.keys(entry as object).sort();
    const { symbols } = (await get('GET /dapi/v1/exchangeInfo')) as { symbols: Record<string, unknown>[] };
    expect(names(symbols[0])).toEqual(names(listed.response.symbols[0]));
    for (const { symbol, contractSize } of listed.response.symbols)
      expect([symbol, contractSize]).toEqual([symbol, String(symbol).startsWith('BTCUSD_') ? 100 : 10]);
  });

  it('runs a recorded file and its REST rows through as they are', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const csv = recorded('binance_archive/ETHUSDT-1h-2025-01.csv') as string;
    const [pair] = json<Pair[]>('binance_spot/klines_rest_pairs.json');
    const interval = query(pair!.request).get('interval') as string;
    const real = await heldVenues({
      overrides: {
        archives: [{ market: 'spot', symbol: 'ETHUSDT', interval: '1h', period: '2025-01', csv }],
        rows: [{ market: 'spot', symbol: 'BTCUSDT', interval, rows: pair!.response }],
      },
    });
    try {
      expect(await csvOf(real, 'spot/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-2025-01.zip')).toEqual(
        csv.trimEnd().split('\n'),
      );
      expect((await real.spot(`symbol=BTCUSDT&interval=${interval}`)).body).toEqual(pair!.response);
    } finally {
      await real.venues.close();
    }
  });
});
