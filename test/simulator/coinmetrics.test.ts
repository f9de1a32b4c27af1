import { beforeEach, describe, expect, it } from 'vitest';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:00:00Z';
const { venues, get } = await simulateAt(NOW);

const PATH = '/coinmetrics/v4/timeseries/asset-metrics';
const CAP = `${PATH}?assets=btc&metrics=CapMrktCurUSD`;

beforeEach(() => {
  venues.control.clock.hold(Date.parse(NOW));
  venues.control.limits.reset();
});

const days = (body: { data: { time: string }[] }): string[] => body.data.map((r) => r.time.slice(0, 10));

describe('asset-metrics', () => {
  it('gives the newest 100 days by default, oldest first, as text with nanoseconds', async () => {
    const body = (await get(CAP)).json();
    expect(Object.keys(body)).toEqual(['data', 'next_page_token', 'next_page_url']);
    expect(body.data).toHaveLength(100);
    expect(Object.keys(body.data[0])).toEqual(['asset', 'time', 'CapMrktCurUSD']);
    expect(body.data.at(-1)).toMatchObject({ asset: 'btc', time: '2025-11-19T00:00:00.000000000Z' });
    expect(body.data.at(-1).CapMrktCurUSD).toMatch(/^\d{12,13}\.\d{14}$/);
    expect(days(body)).toEqual(days(body).toSorted());
  });

  it('pages back from the end, and on from the start, each day once', async () => {
    for (const from of ['end', 'start']) {
      const seen: string[] = [];
      let url: string | undefined =
        `${CAP}&paging_from=${from}&page_size=7&start_time=2024-02-20&end_time=2024-03-05`;
      let pages = 0;
      while (url) {
        const body: { data: { time: string }[]; next_page_url?: string } = (await get(url)).json();
        if (from === 'end') seen.unshift(...days(body));
        else seen.push(...days(body));
        url = body.next_page_url?.replace(venues.url, '');
        pages += 1;
      }
      expect(pages).toBe(3);
      expect(seen).toHaveLength(15);
      expect(seen[0]).toBe('2024-02-20');
      expect(seen.at(-1)).toBe('2024-03-05');
      expect(new Set(seen).size).toBe(15);
    }
  });

  it('leads back to the simulator, never to the live host', async () => {
    const { next_page_url, next_page_token } = (await get(CAP)).json();
    expect(next_page_url.startsWith(`${venues.url}/coinmetrics/v4/`)).toBe(true);
    expect(next_page_token).toMatch(/^0\.[A-Za-z0-9_-]+$/);
  });

  it('has the whole history in one page of 10000', async () => {
    const body = (await get(`${CAP}&page_size=10000`)).json();
    expect(Object.keys(body)).toEqual(['data']);
    expect(days(body)[0]).toBe('2010-07-18');
    expect(body.data.length).toBeGreaterThan(5_500);
  });

  it('publishes a day some hours after its end', async () => {
    venues.control.clock.hold(Date.parse('2025-11-20T01:00:00Z'));
    expect(days((await get(`${CAP}&page_size=1`)).json())).toEqual(['2025-11-18']);
    venues.control.clock.hold(Date.parse('2025-11-20T03:00:00Z'));
    expect(days((await get(`${CAP}&page_size=1`)).json())).toEqual(['2025-11-19']);
  });

  it('multiplies the price that Binance sees with the coins mined', async () => {
    const query =
      'assets=btc,eth&metrics=CapMrktCurUSD,PriceUSD,SplyCur&start_time=2024-06-01&end_time=2024-06-01';
    const rows = (await get(`${PATH}?${query}`)).json().data;
    expect(rows.map((r: { asset: string }) => r.asset)).toEqual(['btc', 'eth']);
    expect(Number(rows[0].CapMrktCurUSD)).toBeCloseTo(Number(rows[0].PriceUSD) * Number(rows[0].SplyCur), -2);
    expect(Number(rows[0].SplyCur)).toBeGreaterThan(19.6e6);
    expect(Number(rows[0].SplyCur)).toBeLessThan(19.8e6);
    const candle = '/binance-spot/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=1717200000000&limit=1';
    const close = Number((await get(candle)).json()[0][4]);
    expect(Number(rows[0].PriceUSD) / close).toBeCloseTo(1, 4);
  });

  it.each([
    ['metrics=CapMrktCurUSD', 400, 'missing_parameter', "Missing parameter 'assets'."],
    [
      'assets=nope&metrics=CapMrktCurUSD',
      400,
      'bad_parameter',
      "Bad parameter 'assets'. Value 'nope' is not supported.",
    ],
    [
      'assets=btc&metrics=Nope',
      400,
      'bad_parameter',
      "Bad parameter 'metrics'. Value 'Nope' is not supported.",
    ],
    [
      'assets=btc&metrics=CapRealUSD',
      403,
      'forbidden',
      "Requested metric 'CapRealUSD' with frequency '1d' for asset 'btc' is not available with supplied credentials.",
    ],
    ['assets=btc&metrics=PriceUSD&page_size=10001', 400, 'bad_parameter', undefined],
    ['assets=btc&metrics=PriceUSD&start_time=2024-01-01T00:00:00%2B00:00', 400, 'bad_parameter', undefined],
    ['assets=btc&metrics=PriceUSD&next_page_token=0.xyz', 400, 'bad_parameter', undefined],
  ])('refuses %s with %i', async (query, status, type, message) => {
    const answer = await get(`${PATH}?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json().error).toMatchObject(message === undefined ? { type } : { type, message });
  });

  it('allows ten requests in six seconds', async () => {
    for (let i = 0; i < 10; i++) expect((await get(CAP, '10.3.0.1')).status).toBe(200);
    const refused = await get(CAP, '10.3.0.1');
    expect(refused.status).toBe(429);
    expect(refused.json().error.type).toBe('too_many_requests');
    venues.control.clock.advance(6_000);
    expect((await get(CAP, '10.3.0.1')).status).toBe(200);
  });
});

describe('blockchain.info', () => {
  const chart = (query: string) => get(`/blockchain-info/charts/${query}`);

  it('thins a long chart by default', async () => {
    const sampled = (await chart('market-cap?timespan=all&format=json')).json();
    const full = (await chart('market-cap?timespan=all&format=json&sampled=false')).json();
    expect(Object.keys(full)).toEqual(['status', 'name', 'unit', 'period', 'description', 'values']);
    expect(full.values.length).toBeGreaterThan(6_000);
    expect(sampled.values.length).toBeLessThanOrEqual(1_500);
    expect(sampled.values.length).toBeGreaterThan(1_000);
    expect(full.values).toEqual(expect.arrayContaining(sampled.values.slice(-5)));
    expect(full.values[1].x - full.values[0].x).toBe(86_400);
  });

  it('agrees with Coin Metrics on the market capitalisation', async () => {
    const { values } = (await chart('market-cap?timespan=3days&sampled=false')).json();
    const cap = (await get(`${CAP}&page_size=1`)).json().data[0].CapMrktCurUSD;
    // A stamp is the end of the day before.
    expect(values.at(-1).y / Number(cap)).toBeCloseTo(1, 6);
  });

  it('knows few charts and allows ten requests a minute', async () => {
    expect((await chart('nothing')).status).toBe(404);
    for (let i = 0; i < 9; i++) await chart('total-bitcoins');
    expect((await chart('total-bitcoins')).status).toBe(429);
  });
});
