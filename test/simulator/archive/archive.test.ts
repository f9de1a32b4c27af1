import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { at, heldVenues, NOW, type Row } from '../helpers.ts';
import { archiveOf, csvOf, entryOf } from './helpers.ts';

describe('Binance archive', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'gordon-venues-'));
    on = await heldVenues({ cacheDir });
    on.venues.control.limits.override('binance-usdm', 1e6);
  });
  afterAll(async () => {
    await on.venues.close();
    await rm(cacheDir, { recursive: true });
  });
  const file = (key: string) => archiveOf(on, key);
  const status = async (key: string): Promise<number> =>
    (await on.bytes(`/binance-archive/data/${key}`)).status;

  it('serves a zip of one CSV with its CHECKSUM', async () => {
    const key = 'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03-01.zip';
    const { zip, checksum } = await file(key);
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(checksum).toBe(`${sha256}  BTCUSDT-1h-2025-03-01.zip\n`);
    const entry = await entryOf(zip);
    expect(entry.name).toBe('BTCUSDT-1h-2025-03-01.csv');
    expect(entry.text.endsWith(',0\n')).toBe(true);
    const head = await fetch(`${on.venues.baseUrls['binance-archive']}/data/${key}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(zip.length)]);
    expect(await head.arrayBuffer()).toHaveProperty('byteLength', 0);
  });

  it('has the rows that REST has, in µs on spot since 2025', async () => {
    const compare = async (
      market: 'spot' | 'um',
      day: string,
      unit: number,
      interval: string,
    ): Promise<void> => {
      const folder = market === 'spot' ? 'spot' : 'futures/um';
      const rows = (
        await csvOf(on, `${folder}/daily/klines/ETHUSDT/${interval}/ETHUSDT-${interval}-${day}.zip`)
      )
        .filter((line) => !line.startsWith('open_time'))
        .map((line) => line.split(','));
      const start = at(`${day}T00:00`);
      const query = `symbol=ETHUSDT&interval=${interval}&startTime=${start}&endTime=${start + DAY - 1}&limit=1000`;
      const rest = (market === 'spot' ? await on.spot(query) : await on.usdm(query)).body;
      const expected = rest.map((r) =>
        r.map((v, i) => (i === 0 ? Number(v) * unit : i === 6 ? (Number(v) + 1) * unit - 1 : v)).map(String),
      );
      expect(rows).toEqual(expected);
      expect(rows.length).toBeGreaterThan(20);
    };
    await compare('spot', '2024-12-31', 1, '5m');
    await compare('spot', '2025-01-01', 1000, '5m');
    await compare('um', '2025-01-01', 1, '1h');
    await compare('um', '2020-03-01', 1, '5m');
  });

  it('writes a header into futures files since 2022, never into spot files', async () => {
    const first = async (key: string): Promise<string> => (await csvOf(on, key))[0]!.split(',')[0]!;
    expect(await first('futures/um/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2021-12.zip')).toBe(
      String(at('2021-12-01T00:00')),
    );
    expect(await first('futures/um/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2022-01.zip')).toBe('open_time');
    expect(await first('spot/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2022-01.zip')).toBe(
      String(at('2022-01-01T00:00')),
    );
  });

  it('holds in a month what its days hold', async () => {
    const month = await csvOf(on, 'spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-02.zip');
    expect(month).toHaveLength(28 * 1440);
    const day = await csvOf(on, 'spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-02-17.zip');
    expect(month.slice(16 * 1440, 17 * 1440)).toEqual(day);
    expect(await csvOf(on, 'spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2025-02.zip')).toHaveLength(1);
    const weeks = await csvOf(on, 'spot/monthly/klines/BTCUSDT/1w/BTCUSDT-1w-2025-02.zip');
    expect(weeks.map((line) => Number(line.split(',')[0]) / 1000)).toEqual(
      [3, 10, 17, 24].map((d) => Date.UTC(2025, 1, d)),
    );
  });

  it('publishes days the next morning and months on the first Monday', async () => {
    const day = 'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-20.zip';
    const october = 'spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2026-10.zip';
    const statusAt = async (now: string, key: string): Promise<number> => {
      on.venues.control.clock.hold(at(now));
      return status(key);
    };
    expect(await statusAt('2026-11-21T06:56', day)).toBe(404);
    expect(await statusAt('2026-11-21T07:42', day)).toBe(200);
    // 2 November 2026 is a Monday.
    expect(await statusAt('2026-11-02T07:59', october)).toBe(404);
    expect(await statusAt('2026-11-02T08:00', october)).toBe(200);
    on.venues.control.clock.hold(NOW);
    expect(await status('spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11.zip')).toBe(404);
  });

  it.each([
    'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-21.zip',
    'spot/daily/klines/NEWUSDT/1h/NEWUSDT-1h-2025-06-16.zip',
    'spot/daily/klines/OLDUSDT/1h/OLDUSDT-1h-2025-04-17.zip',
    'spot/daily/klines/NOPEUSDT/1h/NOPEUSDT-1h-2025-04-17.zip',
    'spot/daily/klines/BTCUSDT/1h/BTCUSDT-5m-2025-04-17.zip',
    'spot/daily/klines/BTCUSDT/1h/ETHUSDT-1h-2025-04-17.zip',
    'spot/daily/klines/BTCUSDT/1w/BTCUSDT-1w-2025-04-17.zip',
    'spot/monthly/klines/BTCUSDT/1M/BTCUSDT-1M-2025-04.zip',
    'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-02-30.zip',
    'spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-02-01.zip',
    'spot/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-01.zip',
    'futures/um/daily/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-01-01.zip',
    'futures/um/monthly/metrics/BTCUSDT/BTCUSDT-metrics-2025-01.zip',
    'futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2019-12.zip',
    'futures/um/daily/metrics/ETHUSDT/ETHUSDT-metrics-2021-11-30.zip',
    'futures/um/daily/klines/BTCUSDT/1s/BTCUSDT-1s-2025-01-01.zip',
  ])('has no %s', async (key) => {
    const answer = await on.get<string>(`/binance-archive/data/${key}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/xml');
    expect(answer.body).toContain(`<Code>NoSuchKey</Code>`);
    expect(answer.body).toContain(`<Key>data/${key}</Key>`);
    expect(await status(`${key}.CHECKSUM`)).toBe(404);
  });

  it('cuts the first and the last day at listing and delisting', async () => {
    const first = await csvOf(on, 'spot/daily/klines/NEWUSDT/1m/NEWUSDT-1m-2025-06-17.zip');
    expect([first.length, first[0]!.split(',')[0]]).toEqual([660, `${at('2025-06-17T13:00')}000`]);
    expect(await csvOf(on, 'spot/monthly/klines/OLDUSDT/1h/OLDUSDT-1h-2025-04.zip')).toHaveLength(
      15 * 24 + 3,
    );
  });

  it('lists funding with the interval and the stamps of REST', async () => {
    const [header, ...lines] = await csvOf(
      on,
      'futures/um/monthly/fundingRate/SOLUSDT/SOLUSDT-fundingRate-2022-11.zip',
    );
    expect(header).toBe('calc_time,funding_interval_hours,last_funding_rate');
    const query = `symbol=SOLUSDT&startTime=${at('2022-11-01T00:00')}&endTime=${at('2022-12-01T00:00') - 1}&limit=1000`;
    const rest = (
      await on.get<{ fundingTime: number; fundingRate: string }[]>(
        `/binance-usdm/fapi/v1/fundingRate?${query}`,
      )
    ).body;
    expect(lines.map((l) => l.split(',').filter((_, i) => i !== 1))).toEqual(
      rest.map((r) => [String(r.fundingTime), r.fundingRate]),
    );
    const [stamps, intervals] = [0, 1].map((i) => lines.map((l) => Number(l.split(',')[i]))) as [
      number[],
      number[],
    ];
    const gaps = stamps.map((t, i) => Math.round((t - (stamps[i - 1] ?? t - 8 * HOUR)) / HOUR));
    expect(intervals).toEqual(gaps);
    expect(new Set(intervals)).toEqual(new Set([8, 4, 2]));
  });

  it('keeps what it made on disk and gives the same bytes to the next simulator', async () => {
    const key = 'futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-02.zip';
    const { zip, checksum } = await file(key);
    const kept = await readdir(cacheDir, { recursive: true });
    expect(kept.some((path) => path.endsWith('BTCUSDT-1m-2025-02.zip'))).toBe(true);
    const cached = await heldVenues({ cacheDir });
    const anew = await heldVenues();
    const other = await heldVenues({ cacheDir, seed: 'other' });
    try {
      for (const again of [cached, anew]) {
        const same = await archiveOf(again, key);
        expect([same.zip.equals(zip), same.checksum]).toEqual([true, checksum]);
      }
      expect((await archiveOf(other, key)).checksum).not.toBe(checksum);
    } finally {
      await Promise.all([cached, anew, other].map((o) => o.venues.close()));
    }
  });

  it('leaves switched outages out, and has them back', async () => {
    const key = 'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03-01.zip';
    const start = at('2025-03-01T02:00');
    const whole = await file(key);
    on.venues.control.outages.add({ market: 'spot', start, end: start + 2 * HOUR });
    expect(await csvOf(on, key)).toHaveLength(22);
    on.venues.control.outages.clear();
    expect(await file(key)).toEqual(whole);
  });

  it('serves a recorded file and recorded rows as they are', async () => {
    const csv = '1735689600000000,1.5,2,1,1.75,10,1735693199999999,17.5,3,4,7,0\n';
    const archives = [{ market: 'spot', symbol: 'REALUSDT', interval: '1h', period: '2025-01', csv }];
    const row = (time: number): Row => [
      time,
      '1.5',
      '2',
      '1',
      '1.75',
      '10',
      time + HOUR - 1,
      '17.5',
      3,
      '4',
      '7',
      '0',
    ];
    const start = at('2025-01-01T00:00');
    const given = [row(start), row(start + HOUR), row(start + 2 * HOUR)];
    const real = await heldVenues({
      overrides: { archives, rows: [{ market: 'spot', symbol: 'REALUSDT', interval: '1h', rows: given }] },
    });
    try {
      const { zip, checksum } = await archiveOf(
        real,
        'spot/monthly/klines/REALUSDT/1h/REALUSDT-1h-2025-01.zip',
      );
      expect((await entryOf(zip)).text).toBe(csv);
      expect(checksum.slice(0, 64)).toBe(createHash('sha256').update(zip).digest('hex'));
      const rest = async (query: string): Promise<Row[]> =>
        (await real.spot(`symbol=REALUSDT&interval=1h${query}`)).body;
      expect(await rest('')).toEqual(given);
      expect(await rest(`&startTime=${start}&endTime=${start + HOUR}`)).toEqual(given.slice(0, 2));
      expect(await rest('&limit=2')).toEqual(given.slice(1));
      expect(await rest(`&startTime=${start}&limit=2`)).toEqual(given.slice(0, 2));
      expect((await real.spot('symbol=REALUSDT&interval=5m')).body).toMatchObject({ code: -1121 });
      await real.control('POST', 'overrides', { archives: [{ ...archives[0], csv: 'other\n' }] });
      expect(await csvOf(real, 'spot/monthly/klines/REALUSDT/1h/REALUSDT-1h-2025-01.zip')).toEqual(['other']);
    } finally {
      await real.venues.close();
    }
  });
});
