import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fill, type World } from '../fake-source.ts';
import { damage, grid, span } from './january.ts';

/** Answers that come together: all that were requested when the line is turned round. */
function slowLine() {
  let waiting: (() => void)[] = [];
  let rounds = 0;
  return {
    arrives: () => new Promise<void>((resolve) => waiting.push(resolve)),
    /** @returns round trips, one after the other, until the work is done */
    async count(work: Promise<unknown>): Promise<number> {
      let done = false;
      const over = work.finally(() => {
        done = true;
      });
      over.catch(() => {});
      // Whatever the answers before led to has been requested after one turn.
      for (await turnOfLoop(); !done; await turnOfLoop()) {
        if (waiting.length === 0) continue;
        rounds++;
        for (const arrive of waiting.splice(0)) arrive();
      }
      waiting = [];
      await over;
      return rounds;
    },
  };
}

/** So that no month is looked for first. */
const DAYS = { closing: true, reachMs: 1 } as const;
const name = (day: number): string => `2025-01-${String(day + 1).padStart(2, '0')}`;
const month: World['archive'] = {
  '2024-12-31': grid(-24, 0),
  ...Object.fromEntries(Array.from({ length: 31 }, (_, day) => [name(day), grid(24 * day, 24 * (day + 1))])),
};
const called = (days: number): string[] => [
  'day 2024-12-31',
  ...Array.from({ length: days }, (_, day) => `day ${name(day)}`),
];

describe('the days of a month', () => {
  it('are a round trip for three, after the first', async () => {
    const line = slowLine();
    const filling = fill({ ...DAYS, archive: month, arrives: line.arrives }, [span(0, 744)]);
    expect(await line.count(filling)).toBe(1 + Math.ceil(31 / 3));
    const filled = await filling;
    expect(filled.calls).toEqual(called(31));
    expect(filled.times).toEqual(grid(0, 744));
  });

  it('are requested one by one while none is there', async () => {
    const line = slowLine();
    const filling = fill({ ...DAYS, archive: {}, arrives: line.arrives }, [span(0, 96)]);
    expect(await line.count(filling)).toBe(5);
  });

  it('come in order, and one that is damaged or fails does so in its turn', async () => {
    const damaged = { ...month, [name(2)]: damage('corrupt-archive') };
    const filled = await fill({ ...DAYS, archive: damaged }, [span(0, 240)]);
    expect(filled.times).toEqual([...grid(0, 48), ...grid(72, 240)]);
    expect(filled.pages.map(({ object }) => object).slice(0, 4)).toEqual([
      `/day/${name(0)}`,
      `/day/${name(1)}`,
      `/day/${name(2)}`,
      `/day/${name(3)}`,
    ]);

    const away = damage('venue-broken');
    const failing = fill({ ...DAYS, archive: { ...month, [name(3)]: away } }, [span(0, 240)]);
    await expect(failing).rejects.toBe(away);
  });

  it('are not left under way where the reader stops', async () => {
    let underWay = 0;
    const arrives = async (): Promise<void> => {
      underWay++;
      await turnOfLoop();
      underWay--;
    };
    const filled = await fill({ ...DAYS, archive: month, arrives }, [span(0, 744)], 1);
    expect(filled.calls).toEqual(called(4));
    expect(underWay).toBe(0);
  });
});
