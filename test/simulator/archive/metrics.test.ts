import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { dirtOf } from '../../../simulator/binance-archive/dirt.ts';
import { at, heldVenues } from '../helpers.ts';
import { csvOf } from './helpers.ts';

describe('metrics of the Binance archive', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
    on.venues.control.limits.override('binance-usdm', 1e6);
  });
  afterAll(() => on.venues.close());

  const lines = async (symbol: string, day: number): Promise<string[]> => {
    const name = new Date(day).toISOString().slice(0, 10);
    return csvOf(on, `futures/um/daily/metrics/${symbol}/${symbol}-metrics-${name}.zip`);
  };
  const dayOf = (dirt: string | undefined, from = at('2024-01-01T00:00')): number => {
    let day = from;
    while (dirtOf('ETHUSDT', day) !== dirt) day += DAY;
    return day;
  };

  it('have the numbers of REST every five minutes on a clean day', async () => {
    const day = dayOf(undefined, at('2026-11-10T00:00'));
    const [header, ...rows] = await lines('ETHUSDT', day);
    expect(header!.split(',')).toHaveLength(8);
    expect(rows).toHaveLength(288);
    const [time, symbol, oi, value, topAccounts, topPositions, all, taker] = rows[100]!.split(',');
    const stamp = Date.parse(`${time!.replace(' ', 'T')}Z`);
    expect([stamp, symbol]).toEqual([day + 500 * MINUTE, 'ETHUSDT']);
    // Since 2026-06-25 the label is the beginning of the slot: readings are of its end.
    expect(oi).toMatch(/^\d+\.\d{16}$/);
    const rest = async (name: string, at = stamp + 5 * MINUTE): Promise<Record<string, string>> =>
      (
        await on.get<Record<string, string>[]>(
          `/binance-usdm/futures/data/${name}?symbol=ETHUSDT&period=5m&startTime=${at}&endTime=${at}`,
        )
      ).body[0]!;
    const openInterest = await rest('openInterestHist');
    expect([Number(oi), Number(value)]).toEqual([
      Number(openInterest.sumOpenInterest),
      Number(openInterest.sumOpenInterestValue),
    ]);
    expect(Number(topAccounts).toFixed(4)).toBe((await rest('topLongShortAccountRatio')).longShortRatio);
    expect(Number(topPositions).toFixed(4)).toBe((await rest('topLongShortPositionRatio')).longShortRatio);
    expect(Number(all).toFixed(4)).toBe((await rest('globalLongShortAccountRatio')).longShortRatio);
    expect(Number(taker).toFixed(4)).toBe((await rest('takerlongshortRatio', stamp)).buySellRatio);
  });

  const ends = async (day: string): Promise<(string | undefined)[]> => {
    const [, ...rows] = await lines('ETHUSDT', at(`${day}T00:00`));
    return [rows[0], rows.at(-1)].map((row) => row?.slice(0, 16));
  };
  /** The value at a label of a file, and what REST has at an instant. */
  const interest = async (day: string, label: string): Promise<number> =>
    Number((await lines('ETHUSDT', at(`${day}T00:00`))).find((row) => row.startsWith(label))?.split(',')[2]);

  it('have their labels at the ends of their slots until 2026-06-24, since then at the beginnings', async () => {
    on.venues.control.switches.clear();
    expect(await ends('2026-06-23')).toEqual(['2026-06-23 00:05', '2026-06-24 00:00']);
    expect(await ends('2026-06-25')).toEqual(['2026-06-25 00:00', '2026-06-25 23:55']);
    const twice = [
      await interest('2026-06-24', '2026-06-25 00:00'),
      await interest('2026-06-25', '2026-06-25 00:00'),
    ];
    expect(twice[0]).toBeGreaterThan(0);
    expect(twice[1]).toBeGreaterThan(0);
    expect(twice[0]).not.toBe(twice[1]);
  });

  it('can be played otherwise: the beginnings in old years, and labels that moved without their values', async () => {
    await on.control('POST', 'switches', { name: 'metrics-labels', value: 'starts' });
    expect(await ends('2026-06-23')).toEqual(['2026-06-23 00:00', '2026-06-23 23:55']);
    await on.control('DELETE', 'switches');
    const moved = await interest('2026-06-25', '2026-06-25 00:00');
    on.venues.control.switches.set('metrics-values', 'kept');
    expect(await ends('2026-06-25')).toEqual(['2026-06-25 00:00', '2026-06-25 23:55']);
    expect(await interest('2026-06-25', '2026-06-25 00:05')).toBe(moved);
    on.venues.control.switches.clear();
    expect((await on.control('POST', 'switches', { name: 'x' })).status).toBe(400);
  });

  it('are dirty on days that can be named', async () => {
    const rows = async (dirt: string, from?: number): Promise<string[]> =>
      (await lines('ETHUSDT', dayOf(dirt, from))).slice(1);
    const twice = await rows('duplicate-midnight');
    expect([twice.length, twice.at(-1)]).toEqual([289, twice.at(-2)]);
    const unsorted = await rows('unsorted');
    expect(unsorted).not.toEqual([...unsorted].sort());
    expect(new Set(unsorted).size).toBe(288);
    const column = (found: string[], i: number): string[] => found.map((l) => l.split(',')[i]!);
    expect(column(await rows('empty-fields'), 6).filter((f) => f === '')).toHaveLength(12);
    expect(column(await rows('empty-fields', at('2021-12-01T00:00')), 6)).toContain('""');
    expect(column(await rows('zeros'), 4).filter((f) => Number(f) === 0)).toHaveLength(20);
    expect(await rows('hole')).toHaveLength(285);
    expect(await rows('cut-short')).toHaveLength(252);
  });
});
