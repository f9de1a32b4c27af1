import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time/time.ts';
import { csvOf } from '../archive/helpers.ts';
import { at, heldVenues, type Row } from '../helpers.ts';

const KINDS = ['markPriceKlines', 'indexPriceKlines', 'premiumIndexKlines'] as const;
type Kind = (typeof KINDS)[number];

describe('prices that USD-M computes', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
    on.venues.control.limits.override('binance-usdm', 1e6);
  });
  afterAll(() => on.venues.close());
  const named = (kind: Kind): string => (kind === 'indexPriceKlines' ? 'pair' : 'symbol');
  const rows = (kind: Kind, query: string) => on.get<Row[]>(`/binance-usdm/fapi/v1/${kind}?${query}`);
  const refusal = (kind: Kind, query: string) =>
    on.get<{ code: number }>(`/binance-usdm/fapi/v1/${kind}?${query}`);
  const status = async (key: string): Promise<number> =>
    (await on.bytes(`/binance-archive/data/futures/um/${key}`)).status;

  it.each(KINDS)('%s: archive and REST agree, without a volume and with samples', async (kind) => {
    const start = at('2025-03-04T00:00');
    const query = `${named(kind)}=BTCUSDT&interval=1m&startTime=${start}&endTime=${start + DAY - 1}&limit=1500`;
    const { body, headers } = await rows(kind, query);
    const [header, ...lines] = await csvOf(
      on,
      `futures/um/daily/${kind}/BTCUSDT/1m/BTCUSDT-1m-2025-03-04.zip`,
    );
    expect(header).toMatch(/^open_time,/);
    expect(lines.map((line) => line.split(','))).toEqual(body.map((row) => row.map(String)));
    expect(lines).toHaveLength(1440);
    for (const row of body) {
      expect([row[5], row[7], row[9], row[10], row[11]]).toEqual(['0', '0', '0', '0', '0']);
      expect(row[8]).toBe(kind === 'premiumIndexKlines' ? 12 : 60);
      expect(row.slice(1, 5).every((cell) => /^-?\d+\.\d{8}$/.test(String(cell)))).toBe(true);
      expect(Math.min(...row.slice(1, 5).map(Number))).toBe(Number(row[3]));
    }
    expect(body.some((row) => Number(row[4]) < 0)).toBe(kind === 'premiumIndexKlines');
    expect(Number(headers.get('x-mbx-used-weight-1m'))).toBeGreaterThanOrEqual(10);
  });

  it('has four families whose files have one name', async () => {
    const file = '1h/BTCUSDT-1h-2025-03-04.zip';
    const texts = await Promise.all(
      ['klines', ...KINDS].map((kind) => csvOf(on, `futures/um/daily/${kind}/BTCUSDT/${file}`)),
    );
    expect(new Set(texts.map((lines) => lines.join('\n'))).size).toBe(4);
  });

  it('wants the pair of an index and the symbol of the others', async () => {
    expect((await refusal('indexPriceKlines', 'symbol=BTCUSDT&interval=1h')).body.code).toBe(-1104);
    expect((await refusal('indexPriceKlines', 'interval=1h')).body.code).toBe(-1102);
    expect((await refusal('markPriceKlines', 'pair=BTCUSDT&interval=1h')).body.code).toBe(-1104);
    expect((await refusal('markPriceKlines', 'symbol=BTCUSDT&interval=1s')).body.code).toBe(-1120);
    expect((await refusal('premiumIndexKlines', 'symbol=BTCUSDT&interval=1h&limit=1501')).body.code).toBe(
      -1130,
    );
    const future = at('2027-01-01T00:00');
    expect((await rows('markPriceKlines', `symbol=BTCUSDT&interval=1h&startTime=${future}`)).body).toEqual(
      [],
    );
  });

  it('begins in the middle of a day of 2019, and with whole months in 2020', async () => {
    const first = await csvOf(on, 'futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2019-12-23.zip');
    expect([first.length, first[0]!.split(',')[0]]).toEqual([722, String(at('2019-12-23T11:58'))]);
    expect(await status('monthly/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2019-12.zip')).toBe(404);
    expect(await status('monthly/indexPriceKlines/BTCUSDT/1d/BTCUSDT-1d-2020-01.zip')).toBe(200);
  });

  it('has the whole day before a perpetual in USDC is listed, and its index for years', async () => {
    const day = 'BTCUSDC/1h/BTCUSDC-1h-2024-01-03.zip';
    expect(await csvOf(on, `futures/um/daily/markPriceKlines/${day}`)).toHaveLength(25);
    expect(await csvOf(on, `futures/um/daily/indexPriceKlines/${day}`)).toHaveLength(25);
    expect(await status(`daily/klines/${day}`)).toBe(404);
    expect(await status('daily/indexPriceKlines/BTCUSDC/1h/BTCUSDC-1h-2024-01-02.zip')).toBe(404);
    const { body } = await rows('indexPriceKlines', 'pair=BTCUSDC&interval=1h&startTime=0&limit=1');
    expect(body[0]![0]).toBe(at('2019-12-23T11:00'));
    const [contract] = (await on.usdm('symbol=BTCUSDC&interval=1m&startTime=0&limit=1')).body;
    expect(contract![0]).toBe(at('2024-01-03T12:30'));
  });

  it('lacks what is known to lack', async () => {
    const month = await csvOf(on, 'futures/um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2026-06.zip');
    expect(month).toHaveLength(1 + 696);
    const day = await csvOf(on, 'futures/um/daily/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2026-06-29.zip');
    expect(day).toHaveLength(1 + 24);
    const november = 'futures/um/daily/markPriceKlines/ETHUSDT/5m/ETHUSDT-5m-2023-11-10.zip';
    expect(await csvOf(on, november)).toHaveLength(1 + 283);
    expect(await status('daily/premiumIndexKlines/BTCUSDT/1h/BTCUSDT-1h-2021-02-01.zip')).toBe(404);
    expect(await status('monthly/premiumIndexKlines/BTCUSDT/1h/BTCUSDT-1h-2021-02.zip')).toBe(200);
  });
});
