import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { csvOf } from '../archive/helpers.ts';
import { at, heldVenues, NOW, type Row, times } from '../helpers.ts';

describe('COIN-M', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterAll(() => on.venues.close());
  const get = <T>(path: string) => on.get<T>(`/binance-coinm/dapi/v1/${path}`);
  const rows = (query: string) => get<Row[]>(`klines?symbol=BTCUSD_PERP&${query}`);

  it('refuses more than 200 days, and takes one bound for a range of so many', async () => {
    const start = at('2024-01-01T00:00');
    const refused = await get<{ code: number; msg: string }>(
      `klines?symbol=BTCUSD_PERP&interval=1d&startTime=${start}&endTime=${start + 200 * DAY + 1}`,
    );
    expect([refused.status, refused.body]).toEqual([
      400,
      { code: -4088, msg: 'Maximum time interval is 200 days.' },
    ]);
    const forward = times((await rows(`interval=1d&startTime=${start}`)).body);
    expect([forward[0], forward.at(-1)]).toEqual([start, start + 200 * DAY]);
    const back = times((await rows(`interval=1d&endTime=${start}`)).body);
    expect([back[0], back.at(-1)]).toEqual([start - 200 * DAY, start]);
    // From the beginning of time there is nothing: no candle shows when a contract began.
    expect((await rows('interval=1d&startTime=0&limit=1')).body).toEqual([]);
  });

  it('gives the newest rows of a range that holds more than the limit, oldest first', async () => {
    const [start, end] = [at('2024-03-01T00:00'), at('2024-03-02T00:00') - 1];
    const cut = times((await rows(`interval=1h&startTime=${start}&endTime=${end}&limit=3`)).body);
    expect(cut).toEqual([21, 22, 23].map((hour) => start + hour * HOUR));
    const usdm = times(
      (await on.usdm(`symbol=BTCUSDT&interval=1h&startTime=${start}&endTime=${end}&limit=3`)).body,
    );
    expect(usdm).toEqual([0, 1, 2].map((hour) => start + hour * HOUR));
    expect((await rows('interval=1h&limit=1501')).body).toMatchObject({ code: -1130 });
  });

  it('counts contracts, and coins where others have the quote volume', async () => {
    const start = at('2025-03-04T00:00');
    const { body } = await rows(`interval=1h&startTime=${start}&endTime=${start + DAY - 1}`);
    const [header, ...lines] = await csvOf(
      on,
      'futures/cm/daily/klines/BTCUSD_PERP/1h/BTCUSD_PERP-1h-2025-03-04.zip',
    );
    expect(header).toContain('quote_volume');
    expect(lines.map((line) => line.split(','))).toEqual(body.map((row) => row.map(String)));
    for (const row of body) {
      expect(row[5]).toMatch(/^\d+$/);
      expect(row[7]).toMatch(/^\d+\.\d{8}$/);
      const price = (Number(row[5]) * 100) / Number(row[7]);
      expect(price).toBeGreaterThan(Number(row[3]) * 0.999);
      expect(price).toBeLessThan(Number(row[2]) * 1.001);
    }
  });

  it('has funding of perpetuals without a mark price, and none of contracts with a day of delivery', async () => {
    const { body } = await get<Record<string, unknown>[]>('fundingRate?symbol=BTCUSD_PERP&limit=3');
    expect(body).toHaveLength(3);
    for (const row of body) expect(Object.keys(row)).toEqual(['symbol', 'fundingTime', 'fundingRate']);
    expect((await get('fundingRate?symbol=BTCUSD_261225')).body).toEqual([]);
    expect((await get('fundingRate')).body).toMatchObject({ code: -1102 });
    expect((await get('fundingInfo')).body).toBeNull();
    const quarter = await get<unknown[]>('premiumIndex?symbol=BTCUSD_261225');
    expect(quarter.body).toEqual([
      expect.objectContaining({ lastFundingRate: '', interestRate: '', nextFundingTime: 0 }),
    ]);
    const file = 'futures/cm/monthly/fundingRate/BTCUSD_PERP/BTCUSD_PERP-fundingRate-';
    expect(await csvOf(on, `${file}2022-07.zip`)).toHaveLength(1 + 93);
    expect((await on.bytes(`/binance-archive/data/${file}2022-06.zip`)).status).toBe(404);
  });

  it('forgets a quarterly contract with its delivery; the archive keeps it', async () => {
    const list = async () =>
      (await get<{ symbols: { symbol: string }[] }>('exchangeInfo')).body.symbols.map(({ symbol }) => symbol);
    expect(await list()).toEqual(['BTCUSD_PERP', 'ETHUSD_PERP', 'BTCUSD_261225']);
    const query = 'klines?symbol=BTCUSD_260626&interval=1h&limit=1';
    expect((await get(query)).body).toMatchObject({ code: -1121 });
    on.venues.control.clock.hold(at('2026-06-01T00:00'));
    expect(await list()).toContain('BTCUSD_260626');
    expect((await get<Row[]>(query)).body).toHaveLength(1);
    on.venues.control.clock.hold(NOW);
    expect(
      await csvOf(on, 'futures/cm/daily/klines/BTCUSD_260626/1h/BTCUSD_260626-1h-2026-06-26.zip'),
    ).toHaveLength(1 + 8);
  });

  it('spends from one pool with USD-M, whichever host is called', async () => {
    on.venues.control.clock.hold(at('2026-11-21T13:00:01'));
    const used = ({ headers }: { headers: Headers }) => Number(headers.get('x-mbx-used-weight-1m'));
    const own = { 'x-forwarded-for': '203.0.113.7' };
    expect(
      used(await on.get('/binance-usdm/fapi/v1/klines?symbol=BTCUSDT&interval=1h&limit=1500', own)),
    ).toBe(10);
    const klines = '/binance-coinm/dapi/v1/klines?symbol=BTCUSD_PERP&interval=1h&limit=';
    expect(used(await on.get(`${klines}1000`, own))).toBe(15);
    on.venues.control.limits.override('binance-usdm', 20);
    expect((await on.get(`${klines}1000`, own)).status).toBe(200);
    expect((await on.get('/binance-usdm/fapi/v1/exchangeInfo', own)).status).toBe(429);
    expect((await on.get(`${klines}1`, own)).status).toBe(429);
    on.venues.control.clock.hold(NOW);
  });
});
