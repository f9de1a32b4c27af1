import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import { klines_perp } from '../../functions/sources/klines/klines_perp.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { startVenues } from '../../simulator/index.ts';
import { LooseBudget } from '../runtime/local-venue.ts';
import { fillFrom, span } from './fill-from-simulator.ts';

const NOW = Date.UTC(2025, 7, 20, 12, 34, 56);
const venues = await startVenues({ seed: 'adapters' });
let budget: LooseBudget;

beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.clock.hold(NOW);
  budget = new LooseBudget();
});
afterAll(() => venues.close());

/** Runs the engine with the real client against the simulated venues. */
const fill = (source: Source, range: Range, timeframe?: Timeframe, symbol?: string) =>
  fillFrom(venues, budget, source, {
    range,
    ...(timeframe && { timeframe }),
    ...(symbol !== undefined && { symbol }),
  });

const restOf = (source: Source): Source => ({ ...source, tiers: source.tiers.slice(-1) });

describe.each([
  ['klines_spot', klines_spot],
  ['klines_perp', klines_perp],
])('%s', (_id, source) => {
  const march = span('2025-03-01T00:00', '2025-04-01T00:00');

  it('fills a month from one file, and REST agrees with it to the last bit', async () => {
    const fromArchive = await fill(source, march, '1h');
    expect(fromArchive.objects.length).toBe(1);
    expect(fromArchive).toMatchObject({ have: [march], left: [], empty: [], findings: [] });
    const fromRest = await fill(restOf(source), march, '1h');
    expect(fromRest.objects.every((object) => object.startsWith('GET '))).toBe(true);
    expect(fromRest.rows).toEqual(fromArchive.rows);
    expect(fromArchive.rows.length).toBe(31 * 24);
  });

  it('fills the end of the present month from days and REST, and no further than the last whole candle', async () => {
    const filled = await fill(source, span('2025-08-17T00:00', '2025-08-20T14:00'));
    expect(filled.objects.map((object) => object.split('?')[0]!.slice(-14))).toEqual([
      '2025-08-17.zip',
      '2025-08-18.zip',
      '2025-08-19.zip',
      source === klines_spot ? '/api/v3/klines' : 'fapi/v1/klines',
    ]);
    expect(filled.have).toEqual([span('2025-08-17T00:00', '2025-08-20T12:34')]);
    expect(filled.left).toEqual([span('2025-08-20T12:34', '2025-08-20T14:00')]);
    expect(filled.empty).toEqual([]);
    const weights = budget.taken.filter(([, family]) => family).map(([, , weight]) => weight);
    expect(weights).toEqual(source === klines_spot ? [2] : [5]);
  });

  it('survives damaged files: the next tier fills in, and each is a finding', async () => {
    // A zip that is damaged inside shows as bad rows or as a bad CRC, whichever is met first.
    const damages = {
      'wrong-checksum': /^checksum-mismatch$/,
      'corrupt-zip': /^(corrupt-archive|malformed-rows)$/,
    };
    for (const [kind, code] of Object.entries(damages)) {
      const fault = venues.faults.add({
        kind: kind as keyof typeof damages,
        match: 'monthly/klines/BTCUSDT/1h',
      });
      const filled = await fill(source, march, '1h');
      fault.remove();
      expect(filled).toMatchObject({ have: [march], left: [], empty: [] });
      expect(filled.findings.map((f) => f.kind)).toEqual([expect.stringMatching(code)]);
      expect(filled.objects.length).toBe(1 + 31);
    }
  });

  it('loads a file that is out of order or has rows twice', async () => {
    const good = await fill(source, march, '1h');
    for (const kind of ['unsorted', 'duplicate'] as const) {
      const fault = venues.faults.add({ kind, match: 'monthly/klines' });
      expect(await fill(source, march, '1h')).toMatchObject({ rows: good.rows, findings: [], left: [] });
      fault.remove();
    }
    const fault = venues.faults.add({ kind: 'conflict', match: 'monthly/klines' });
    const filled = await fill(source, march, '1h');
    fault.remove();
    expect(filled.rows).toEqual(good.rows);
    expect(new Set(filled.findings.map((f) => f.kind))).toEqual(new Set(['duplicate-conflict']));
  });

  it('takes a day that a monthly file lacks from the daily one', async () => {
    venues.faults.add({ kind: 'drop-day', day: '14', match: 'monthly/klines' });
    const filled = await fill(source, march, '1h');
    expect(filled).toMatchObject({ have: [march], left: [], empty: [] });
    expect(filled.objects.length).toBe(2);
    expect(filled.objects[1]).toContain('2025-03-14');
  });

  it('goes on over cut connections, gateways and pages of a CDN', async () => {
    const minutes = span('2025-08-20T08:00', '2025-08-20T12:00');
    venues.faults.add({ kind: 'cut', match: '/klines?', times: 1 });
    venues.faults.add({ kind: 'status', status: 502, match: '/klines?', skip: 1, times: 1 });
    expect((await fill(source, minutes)).have).toEqual([minutes]);
    venues.faults.add({ kind: 'html', match: '/klines?', times: 1 });
    expect((await fill(source, minutes)).have).toEqual([minutes]);
  });

  it('refuses a body that is cut and framed as whole', async () => {
    venues.faults.add({ kind: 'truncate', match: '/klines?' });
    const minutes = span('2025-08-20T08:00', '2025-08-20T12:00');
    await expect(fill(source, minutes)).rejects.toMatchObject({ code: 'malformed-rows' });
  });

  it('fills what the archive has where the region is refused, then says so', async () => {
    venues.faults.add({ kind: 'status', status: 451, match: '/klines?' });
    expect((await fill(source, march, '1h')).left).toEqual([]);
    const end = span('2025-08-19T00:00', '2025-08-20T00:00');
    expect((await fill(source, end, '1h')).left).toEqual([]);
    await expect(fill(source, span('2025-08-20T00:00', '2025-08-20T06:00'))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'region-refused',
    });
  });

  it('explains what lies outside the life of a symbol', async () => {
    const newborn = await fill(source, span('2025-06-01T00:00', '2025-07-01T00:00'), '1h', 'NEWUSDT');
    expect(newborn.left).toEqual([]);
    expect(newborn.empty.map(({ reason }) => reason)).toEqual(['pre-listing']);
    const late = span('2025-03-01T00:00', '2025-05-01T00:00');
    const gone = await fill(source, late, '1h', 'OLDUSDT');
    expect(gone.left).toEqual([]);
    expect(gone.empty.map(({ span, reason }) => [reason, span.end])).toEqual([['delisted', late.end]]);
  });

  it('is refused as an unknown symbol', async () => {
    await expect(fill(source, march, '1h', 'NOSUCHUSDT')).rejects.toMatchObject({
      code: 'unknown-symbol',
      subject: 'NOSUCHUSDT',
    });
  });

  it('spends within the limit what the venue counts', async () => {
    await fill(restOf(source), span('2025-08-18T00:00', '2025-08-20T00:00'));
    const spent = budget.taken.reduce((sum, [, , weight]) => sum + weight, 0);
    expect(budget.observed.at(-1)?.[1]).toBeGreaterThanOrEqual(spent);
    const log = venues.requests.matching('/klines?');
    expect(log.map((request) => request.weight)).toEqual(budget.taken.map(([, , weight]) => weight));
  });
});

describe('spot', () => {
  it('turns from milliseconds to microseconds without a seam', async () => {
    const winter = span('2024-12-01T00:00', '2025-02-01T00:00');
    const filled = await fill(klines_spot, winter, '1h', 'ETHUSDT');
    expect(filled).toMatchObject({ have: [winter], left: [], findings: [] });
    expect(filled.objects.length).toBe(2);
  });

  it('keeps an old outage as a hole, and the candles off the grid after it', async () => {
    const month = span('2018-02-01T00:00', '2018-03-01T00:00');
    const filled = await fill(klines_spot, month);
    expect(filled.left).toEqual([]);
    expect(filled.empty.map(({ span, reason }) => [span, reason])).toEqual([
      [span('2018-02-08T00:29', '2018-02-09T10:00'), 'venue-outage'],
    ]);
    expect(filled.rows.length).toBe(28 * 1440 - (33 * 60 + 31));
    const [first] = filled.findings;
    expect(first).toMatchObject({
      kind: 'off-grid-time',
      time: Date.UTC(2018, 1, 9, 10),
      detail: { rows: 1380 },
    });
    expect(new Set(filled.findings.map((f) => f.kind))).toEqual(new Set(['off-grid-time', 'cut-short']));
    const cut = filled.findings.filter(({ kind }) => kind === 'cut-short');
    expect(cut).toMatchObject([
      { time: Date.UTC(2018, 1, 8, 0, 28), detail: { rawCloseTime: Date.UTC(2018, 1, 8, 0, 28, 14, 416) } },
    ]);
    const { evidence } = filled.empty[0]!;
    expect(evidence.map(({ what }) => what.split('?')[0])).toEqual([
      '/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2018-02.zip',
      ...['08', '09'].map((day) => `/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2018-02-${day}.zip`),
      'GET /api/v3/klines',
    ]);
  });

  it('reads a day of seconds', async () => {
    const day = span('2025-08-11T00:00', '2025-08-12T00:00');
    const filled = await fill(klines_spot, day, '1s');
    expect(filled).toMatchObject({ have: [day], left: [], findings: [] });
    expect(filled.rows.length).toBe(DAY / 1000);
    expect(filled.objects.length).toBe(1);
  });
});

it('waits for the end of a ban that the venue reports, and cools the whole venue down', async () => {
  venues.faults.add({ kind: 'status', status: 418, match: '/klines?', headers: { 'retry-after': '300' } });
  const minutes = span('2025-08-20T08:00', '2025-08-20T12:00');
  await expect(fill(klines_spot, minutes)).rejects.toMatchObject({ name: 'BudgetExhausted' });
  const [[scope, until] = []] = budget.cooldowns;
  expect(scope).toBe('binance');
  expect(until).toBeGreaterThanOrEqual(NOW + 2 * MINUTE);
  expect(until).toBeLessThan(NOW + HOUR * 24 * 3);
});
