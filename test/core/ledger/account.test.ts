import { describe, expect, it } from 'vitest';
import { accountedFor } from '../../../functions/core/ledger/account.ts';

const HOUR = 3_600_000;
const source = (cadence: 'regular' | 'irregular', hours?: number) => ({
  table: { name: 't', columns: [], key: [], cadence },
  ...(hours !== undefined && { longestSilenceMs: hours * HOUR }),
});
const at = (...hours: number[]) => Float64Array.from(hours, (h) => h * HOUR);
const range = (start: number, end: number) => ({ start: start * HOUR, end: end * HOUR });

describe('rows of a table of steps', () => {
  it('account for their steps, inside what was answered', () => {
    expect(accountedFor(source('regular'), '1h', at(0, 1, 3, 4), [range(1, 4)])).toEqual([
      range(1, 2),
      range(3, 4),
    ]);
  });
});

describe('a complete answer about events', () => {
  it('accounts for all of it where no silence is too long', () => {
    expect(accountedFor(source('irregular', 8), '1h', at(0, 8, 16), [range(0, 24)])).toEqual([range(0, 24)]);
    expect(accountedFor(source('irregular'), '1h', at(), [range(0, 100)])).toEqual([range(0, 100)]);
  });

  it('leaves the time out from where the next event was due to where one came', () => {
    expect(accountedFor(source('irregular', 8), '1h', at(0, 16), [range(0, 24)])).toEqual([
      range(0, 8),
      range(16, 24),
    ]);
  });

  it('knows a silence that began before the range by the event before it', () => {
    expect(accountedFor(source('irregular', 8), '1h', at(0, 16), [range(5, 20)])).toEqual([
      range(5, 8),
      range(16, 20),
    ]);
    expect(accountedFor(source('irregular', 8), '1h', at(0), [range(9, 12)])).toEqual([]);
  });

  it('accepts a short beginning where it knows no event before', () => {
    expect(accountedFor(source('irregular', 8), '1h', at(8), [range(1, 10)])).toEqual([range(1, 10)]);
    expect(accountedFor(source('irregular', 8), '1h', at(10), [range(1, 12)])).toEqual([range(10, 12)]);
  });

  describe('with a pace', () => {
    const paced = {
      ...source('irregular', 8),
      table: { ...source('irregular').table, pace: { column: 'h', unitMs: 1 } },
    };
    const account = (
      events: readonly (readonly [hour: number, pace: number | null])[],
      of: ReturnType<typeof range>,
    ) =>
      accountedFor(
        paced,
        '1h',
        at(...events.map(([hour]) => hour)),
        [of],
        Float64Array.from(events, ([, pace]) => (pace === null ? Number.NaN : pace * HOUR)),
      );

    it.each([
      [
        'a silence of one interval',
        [
          [0, 4],
          [4, 4],
          [8, 4],
        ],
        range(0, 12),
        [range(0, 12)],
      ],
      [
        'one that lacks: rows 04:00, 12:00, 16:00',
        [
          [4, 4],
          [12, 4],
          [16, 4],
        ],
        range(4, 20),
        [range(4, 8), range(12, 20)],
      ],
      [
        '8 to 4',
        [
          [0, 8],
          [8, 8],
          [12, 4],
        ],
        range(0, 16),
        [range(0, 16)],
      ],
      [
        '4 to 8',
        [
          [4, 4],
          [8, 4],
          [16, 8],
        ],
        range(4, 24),
        [range(4, 24)],
      ],
      [
        'one that lacks where 8 becomes 4',
        [
          [8, 8],
          [16, 8],
          [24, 4],
        ],
        range(8, 28),
        [range(8, 20), range(24, 28)],
      ],
      [
        'one that lacks where 4 becomes 8',
        [
          [8, 4],
          [12, 4],
          [24, 8],
        ],
        range(8, 24),
        [range(8, 16)],
      ],
      [
        'a silence beyond the end, by the event after it',
        [
          [0, 4],
          [8, 4],
        ],
        range(0, 6),
        [range(0, 4)],
      ],
      ['a silence beyond the end, with nothing after it', [[0, 4]], range(0, 6), [range(0, 4)]],
      ['a beginning in which one was due', [[8, 8]], range(0, 16), [range(8, 16)]],
      ['a beginning before which one was due', [[8, 8]], range(1, 16), [range(1, 16)]],
      [
        'an event whose pace nothing says',
        [
          [0, 4],
          [8, null],
          [12, 4],
        ],
        range(0, 12),
        [range(0, 4), range(8, 12)],
      ],
      [
        'the newest, whose pace the next one will say',
        [
          [0, 4],
          [8, null],
        ],
        range(0, 12),
        [range(0, 4), range(9, 12)],
      ],
      ['nothing at all', [], range(0, 4), []],
    ] as const)('%s', (_what, events, of, have) => {
      expect(account(events, of)).toEqual(have);
    });
  });

  it('ends with the event or with what may still be silent', () => {
    expect(accountedFor(source('irregular', 8), '1h', at(0), [range(0, 6)])).toEqual([range(0, 6)]);
    expect(accountedFor(source('irregular', 8), '1h', at(0), [range(0, 20)])).toEqual([range(0, 8)]);
  });
});
