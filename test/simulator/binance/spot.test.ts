import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { at, heldVenues, NOW, type Row, times } from '../helpers.ts';

describe('Binance spot', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterAll(() => on.venues.close());
  const rows = async (query: string): Promise<Row[]> => {
    const { status, body } = await on.spot(query);
    expect([query, status]).toEqual([query, 200]);
    return body;
  };
  const klines = (rest: string): Promise<Row[]> => rows(`symbol=BTCUSDT&${rest}`);

  it('gives the newest rows without bounds, the open candle last with its whole close time', async () => {
    const newest = await klines('interval=1h');
    expect(newest).toHaveLength(500);
    const open = newest.at(-1)!;
    expect(open[0]).toBe(at('2026-11-21T12:00'));
    expect(open[6]).toBe(at('2026-11-21T13:00') - 1);
    on.venues.control.clock.advance(2 * MINUTE);
    const later = (await klines('interval=1h')).at(-1)!;
    on.venues.control.clock.hold(NOW);
    expect(later[0]).toBe(open[0]);
    expect(Number(later[5])).toBeGreaterThan(Number(open[5]));
    expect(later[1]).toBe(open[1]);
  });

  it('writes twelve fields, eight decimals, times and trades as numbers', async () => {
    const [row] = await klines('interval=1m&limit=1');
    expect(row).toHaveLength(12);
    for (const i of [1, 2, 3, 4, 5, 7, 9, 10]) expect(row![i as 1]).toMatch(/^\d+\.\d{8}$/);
    for (const i of [0, 6, 8]) expect(Number.isInteger(row![i as 0])).toBe(true);
    expect(row![11]).toBe('0');
  });

  it('pages oldest first from a start, newest up to an end, both inclusive', async () => {
    const start = at('2025-03-01T00:00');
    const end = start + 9 * HOUR;
    const hours = Array.from({ length: 10 }, (_, i) => start + i * HOUR);
    expect(times(await klines(`interval=1h&startTime=${start}&endTime=${end}`))).toEqual(hours);
    expect(times(await klines(`interval=1h&startTime=${start}&endTime=${end - 1}`))).toEqual(
      hours.slice(0, 9),
    );
    expect(times(await klines(`interval=1h&startTime=${start + 1}&endTime=${end}`))).toEqual(hours.slice(1));
    expect(times(await klines(`interval=1h&startTime=${start}&endTime=${end}&limit=3`))).toEqual(
      hours.slice(0, 3),
    );
    expect(times(await klines(`interval=1h&startTime=${start}&limit=3`))).toEqual(hours.slice(0, 3));
    expect(times(await klines(`interval=1h&endTime=${end}&limit=3`))).toEqual(hours.slice(7));
    expect(times(await klines(`interval=1h&startTime=${start}&endTime=${start}`))).toEqual([start]);
    expect(await klines(`interval=1h&startTime=${start + 1}&endTime=${start + 2}`)).toEqual([]);
    expect(await klines(`interval=1h&startTime=${end}&endTime=${start}`)).toEqual([]);
    expect(await klines(`interval=1h&startTime=${NOW + DAY}`)).toEqual([]);
  });

  it('caps the limit at 1000 without a word', async () => {
    expect(await klines('interval=1m&limit=1000')).toHaveLength(1000);
    expect(await klines('interval=1m&limit=5000')).toHaveLength(1000);
  });

  it('starts at the listing, stops at the delisting', async () => {
    expect(times(await rows('symbol=NEWUSDT&interval=1m&startTime=0&limit=1'))).toEqual([
      at('2025-06-17T13:00'),
    ]);
    expect(times(await rows('symbol=NEWUSDT&interval=1d&startTime=0&limit=1'))).toEqual([
      at('2025-06-17T00:00'),
    ]);
    const before = at('2025-06-01T00:00');
    expect(await rows(`symbol=NEWUSDT&interval=1m&startTime=0&endTime=${before}`)).toEqual([]);
    expect(times(await rows('symbol=OLDUSDT&interval=1m&limit=1'))).toEqual([at('2025-04-16T02:59')]);
    expect(await rows(`symbol=OLDUSDT&interval=1m&startTime=${at('2025-05-01T00:00')}`)).toEqual([]);
  });

  it('takes µs bounds, and speaks µs when the header says so', async () => {
    const start = at('2025-03-01T00:00');
    const query = `interval=1h&startTime=${start}000&endTime=${start + HOUR}000`;
    expect(times(await klines(query))).toEqual([start, start + HOUR]);
    const path = `/binance-spot/api/v3/klines?symbol=BTCUSDT&${query}`;
    const { body } = await on.get<Row[]>(path, { 'X-MBX-TIME-UNIT': 'MICROSECOND' });
    expect(body.map((r) => [r[0], r[6]])).toEqual([
      [start * 1000, (start + HOUR) * 1000 - 1],
      [(start + HOUR) * 1000, (start + 2 * HOUR) * 1000 - 1],
    ]);
    const time = await on.get('/binance-spot/api/v3/time', { 'x-mbx-time-unit': 'microsecond' });
    expect(time.body).toEqual({ serverTime: NOW * 1000 });
  });

  it('leaves halts out and keeps the grid off after the old ones', async () => {
    const around = await klines(`interval=1m&startTime=${at('2023-03-24T12:39')}&limit=2`);
    expect(times(around)).toEqual([at('2023-03-24T12:39'), at('2023-03-24T14:00')]);
    const old = await klines(`interval=1m&startTime=${at('2018-02-08T00:28')}&limit=2`);
    expect(old[0]![6]).toBe(at('2018-02-08T00:28:14.416'));
    const late = at('2018-02-09T10:00') + 48_270;
    expect([old[1]![0], old[1]![6]]).toEqual([late, late + MINUTE - 1]);
    expect(times(await klines(`interval=1m&startTime=${late + 1}&limit=1`))).toEqual([late + MINUTE]);
    expect(times(await klines(`interval=1d&startTime=${at('2018-02-10T00:00')}&limit=1`))).toEqual([
      at('2018-02-10T00:00'),
    ]);
  });

  it('moves days against UTC by timeZone, hours not', async () => {
    const start = at('2025-03-01T00:00');
    const range = `startTime=${start}&endTime=${start + 2 * DAY}`;
    const days = await klines(`interval=1d&${range}&timeZone=%2B08:00`);
    expect(times(days)).toEqual([at('2025-03-01T16:00'), at('2025-03-02T16:00')]);
    const hours = await klines(`interval=1h&startTime=${at('2025-03-01T16:00')}&limit=24`);
    expect(days[0]![1]).toBe(hours[0]![1]);
    expect(days[0]![4]).toBe(hours[23]![4]);
    expect(times(await klines(`interval=4h&${range}&limit=1&timeZone=-5:30`))).toEqual([start]);
  });

  it('serves every interval, seconds too', async () => {
    for (const interval of '1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M'.split(' ')) {
      const found = await klines(`interval=${interval}&limit=3`);
      expect([interval, found.length]).toEqual([interval, 3]);
      expect(found[1]![0]).toBe(found[0]![6] + 1);
    }
  });

  it.each([
    ['interval=1h', -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    ['symbol=BTCUSDT', -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed."],
    [
      'symbol=&interval=1h',
      -1102,
      "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    ],
    ['symbol=NOPEUSDT&interval=1h', -1121, 'Invalid symbol.'],
    ['symbol=btcusdt&interval=1h', -1100, expect.stringContaining("in parameter 'symbol'; legal range is")],
    ['symbol=BTCUSDT&interval=1H', -1120, 'Invalid interval.'],
    ['symbol=BTCUSDT&interval=7m', -1120, 'Invalid interval.'],
    ['symbol=BTCUSDT&interval=1h&startTime=yesterday', -1100, expect.stringContaining("'startTime'")],
    ['symbol=BTCUSDT&interval=1h&startTime=1.5', -1100, expect.stringContaining("'startTime'")],
    ['symbol=BTCUSDT&interval=1h&endTime=', -1105, "Parameter 'endTime' was empty."],
    ['symbol=BTCUSDT&interval=1h&limit=0', -1130, "Data sent for parameter 'limit' is not valid."],
    ['symbol=BTCUSDT&interval=1h&limit=-5', -1100, expect.stringContaining("'limit'")],
    ['symbol=BTCUSDT&interval=1h&timeZone=25', -1100, expect.stringContaining("'timeZone'")],
    ['symbol=BTCUSDT&symbol=ETHUSDT&interval=1h', -1101, expect.stringContaining("'symbol'")],
    [
      'symbol=BTCUSDT&interval=1h&since=5',
      -1104,
      expect.stringContaining("read '2' parameter(s) but was sent '3'"),
    ],
  ])('refuses %s with %i', async (query, code, msg) => {
    const { status, body } = await on.spot(query);
    expect(status).toBe(400);
    expect(body).toEqual({ code, msg });
  });

  it('knows no other path and no other method', async () => {
    expect((await on.get('/binance-spot/api/v1/klines')).status).toBe(404);
    const post = await fetch(`${on.venues.url}/binance-spot/api/v3/time`, { method: 'POST' });
    expect(post.status).toBe(404);
  });

  it('lists what trades, what stopped, and nothing that is not listed yet', async () => {
    const info = '/binance-spot/api/v3/exchangeInfo';
    const of = async (query: string) =>
      (await on.get<{ symbols: { symbol: string; status: string }[] }>(`${info}${query}`)).body.symbols;
    const listed = new Map((await of('')).map((s) => [s.symbol, s.status]));
    expect(listed.get('BTCUSDT')).toBe('TRADING');
    expect(listed.get('OLDUSDT')).toBe('BREAK');
    expect((await of('?symbols=%5B%22BTCUSDT%22,%22ETHBTC%22%5D')).map((s) => s.symbol)).toEqual([
      'BTCUSDT',
      'ETHBTC',
    ]);
    expect((await of('?symbolStatus=BREAK')).map((s) => s.symbol)).toEqual(['OLDUSDT', 'LEAVINGUSDC']);
    expect((await on.get(`${info}?symbol=NOPE`)).body).toMatchObject({ code: -1121 });
    expect((await on.get(`${info}?symbol=BTCUSDT&symbolStatus=BREAK`)).body).toMatchObject({ code: -1128 });
    on.venues.control.clock.hold(at('2025-01-01T00:00'));
    expect((await on.get(`${info}?symbol=NEWUSDT`)).body).toMatchObject({ code: -1121 });
    expect((await of('?symbol=OLDUSDT'))[0]?.status).toBe('TRADING');
    on.venues.control.clock.hold(NOW);
  });

  it('shows the truth that it serves, and switched outages in it', async () => {
    const start = at('2025-03-01T00:00');
    const path = `truth?symbol=BTCUSDT&market=spot&timeframe=1m&start=2025-03-01T00:00:00Z&end=${start + DAY}`;
    const truth = async (): Promise<Row[]> => (await on.control('GET', path)).body as Row[];
    const rows1 = await klines(`interval=1m&startTime=${start}&limit=1000`);
    const rows2 = await klines(`interval=1m&startTime=${start + 1000 * MINUTE}&endTime=${start + DAY - 1}`);
    expect(await truth()).toEqual([...rows1, ...rows2]);
    await on.control('POST', 'outages', { market: 'spot', start: start + HOUR, end: '2025-03-01T03:00:00Z' });
    expect(await truth()).toHaveLength(1440 - 120);
    expect(await klines(`interval=1m&startTime=${start + HOUR}&endTime=${start + 2 * HOUR}`)).toEqual([]);
    await on.control('DELETE', 'outages');
    expect(await truth()).toHaveLength(1440);
    const nowhere = await on.control('GET', path.replace('market=spot', 'market=moon'));
    expect(nowhere.status).toBe(400);
  });
});
