import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountedFor, readPaces } from '../../../functions/core/ledger/account.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import { contains, type Range, subtract } from '../../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { inferIntervals } from '../../../functions/sources/funding/intervals.ts';
import { fundingTable, settlementRows } from '../../../functions/sources/funding/settlements.ts';

const START = Date.UTC(2025, 2, 1);
const table = fundingTable('binance');
const series: Series = { source: 'funding_binance', symbol: 'X', timeframe: '1h' };
const source = { table, longestSilenceMs: 8 * HOUR };

interface Due {
  readonly at: number;
  readonly hours: number;
}

/** Days, because the neighbours cannot show the interval of a phase of one or two settlements. */
const phase = fc.record({ hours: fc.constantFrom(1, 2, 4, 8), days: fc.integer({ min: 3, max: 5 }) });

/** A symbol's settlements: on the multiples of the interval that is in force, which changes at any hour. */
function lifeOf(phases: readonly { hours: number; days: number }[], offset: number): Due[] {
  const out: Due[] = [];
  let from = START;
  for (const [i, { hours }] of phases.entries()) {
    const to = START + phases.slice(0, i + 1).reduce((sum, one) => sum + one.days, 0) * DAY + offset * HOUR;
    for (let at = from + HOUR; at <= to; at += HOUR) if (at % (hours * HOUR) === 0) out.push({ at, hours });
    from = to;
  }
  return out;
}

const life = fc
  .tuple(fc.array(phase, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 23 }))
  .map(([phases, offset]) => lifeOf(phases, offset));

function accountOf(dues: readonly Due[], range: Range, stated: boolean) {
  const { batch } = settlementRows(
    table,
    series,
    dues.map(({ at, hours }) => ({ stamp: at + 7, rate: 0, ...(stated && { intervalHours: hours }) })),
  );
  return accountedFor(source, '1h', batch.times, [range], readPaces(table, batch));
}

/** Without the days at the ends: a request reaches beyond its range by as much. */
const innerOf = (dues: readonly Due[]): Range => ({
  start: dues[0]!.at + DAY,
  end: dues.at(-1)!.at - DAY,
});

describe('settlements whose interval changes back and forth', () => {
  it('account for all of the time where nothing states the interval', () => {
    fc.assert(
      fc.property(life, (dues) => {
        expect(accountOf(dues, innerOf(dues), false)).toEqual([innerOf(dues)]);
      }),
      { numRuns: 300 },
    );
  });

  it('account for all of the time where it is stated, but for an interval that ends before it is over', () => {
    fc.assert(
      fc.property(life, (dues) => {
        const range = innerOf(dues);
        const broken = dues.flatMap(({ at, hours }, i) => {
          const before = dues[i - 1]?.at ?? at;
          // One may lack as well here: REST is requested, whose answer has both neighbours.
          return at - before > hours * HOUR ? [{ start: before + hours * HOUR, end: at }] : [];
        });
        expect(accountOf(dues, range, true)).toEqual(subtract([range], broken));
      }),
      { numRuns: 300 },
    );
  });

  it('leave out one that lacks, whichever it is, where the interval is stated', () => {
    fc.assert(
      fc.property(life, fc.nat(), (dues, pick) => {
        const range = innerOf(dues);
        const inner = dues.filter(({ at }) => contains([range], at));
        const lost = inner[pick % inner.length]!;
        const after = dues.find(({ at }) => at > lost.at)!;
        // A change of the interval between them: what comes next says no more than that it came in time.
        fc.pre(after.hours * HOUR < after.at - dues.findLast(({ at }) => at < lost.at)!.at);
        const have = accountOf(
          dues.filter((due) => due !== lost),
          range,
          true,
        );
        expect(contains(have, lost.at)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('leave out one that lacks within a phase, and no more than up to the next one, where nothing states it', () => {
    fc.assert(
      fc.property(life, fc.nat(), (dues, pick) => {
        const range = innerOf(dues);
        const within = dues.filter(
          ({ at, hours }, i) =>
            contains([range], at) &&
            [i - 3, i - 2, i - 1, i + 1, i + 2, i + 3].every((j) => dues[j]?.hours === hours) &&
            dues[i + 1]!.at - at === hours * HOUR,
        );
        fc.pre(within.length > 0);
        const lost = within[pick % within.length]!;
        const have = accountOf(
          dues.filter((due) => due !== lost),
          range,
          false,
        );
        const end = Math.min(lost.at + lost.hours * HOUR, range.end);
        expect(subtract([range], have)).toEqual([{ start: lost.at, end }]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the account by the steps around a settlement', () => {
  const holes = (dues: readonly number[], from: number, to: number) => {
    const range = { start: START + from * HOUR, end: START + to * HOUR };
    const have = accountOf(
      dues.map((hour) => ({ at: START + hour * HOUR, hours: 0 })),
      range,
      false,
    );
    return subtract([range], have).map(({ start, end }) => [(start - START) / HOUR, (end - START) / HOUR]);
  };

  it.each([
    ['one of 4 hours lacks', [0, 4, 12, 16, 20], [[8, 12]]],
    ['one of 4 hours lacks, at the beginning of what is known', [4, 12, 16, 20], [[8, 12]]],
    [
      'every second one of 4 hours lacks, off the grid of 8',
      [0, 4, 12, 20, 24],
      [
        [8, 12],
        [16, 20],
      ],
    ],
    ['8 to 1 in the middle of an interval', [-8, 0, 8, 13, 14, 15, 16, 17, 18, 19, 20], []],
    ['one lacks where 4 becomes 8', [0, 4, 8, 12, 32, 40], [[16, 20]]],
    ['the newest comes late, and may change', [0, 4, 8, 16], [[12, 17]]],
  ])('%s', (_what, dues, lacking) => {
    expect(holes(dues, 4, 20)).toEqual(lacking);
  });
});

describe('the interval by the steps around a settlement', () => {
  const hours = (...dues: number[]) =>
    inferIntervals(dues.map((hour) => START + hour * HOUR)).map((interval) =>
      interval === null ? null : interval / HOUR,
    );

  it.each([
    ['8 hours throughout', [0, 8, 16, 24], [null, 8, 8, 8]],
    ['8 to 4', [0, 8, 16, 20, 24], [null, 8, 8, 4, 4]],
    ['4 to 8', [4, 8, 16, 24, 32], [null, 4, 8, 8, 8]],
    ['1 to 8 in the middle of an interval', [12, 13, 16, 24, 32], [null, 1, 3, 8, 8]],
    ['one of 4 hours lacks', [0, 4, 12, 16, 20], [null, 4, 4, 4, 4]],
    ['one of 4 hours lacks, at the beginning of what is known', [4, 12, 16, 20], [null, null, 4, 4]],
    ['every second one of 4 hours lacks, off the grid of 8', [0, 4, 12, 20, 24], [null, 4, null, null, 4]],
    ['one lacks where the interval changes', [8, 12, 32, 40], [null, 4, null, 8]],
    ['the newest comes late: the next one will say why', [8, 12, 16, 24], [null, 4, 4, null]],
    ['two settlements, nothing beside them', [0, 8], [null, 8]],
    ['more than any interval', [0, 8, 20], [null, 8, null]],
    ['none', [], []],
  ])('%s', (_what, dues, intervals) => {
    expect(hours(...dues)).toEqual(intervals);
  });
});
