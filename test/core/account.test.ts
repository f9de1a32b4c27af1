import { describe, expect, it } from 'vitest';
import { accountedFor } from '../../functions/core/account.ts';

const HOUR = 3_600_000;
const source = (rhythm: 'steps' | 'events', hours?: number) => ({
  table: { name: 't', columns: [], key: [], rhythm },
  ...(hours !== undefined && { longestSilenceMs: hours * HOUR }),
});
const at = (...hours: number[]) => Float64Array.from(hours, (h) => h * HOUR);
const range = (start: number, end: number) => ({ start: start * HOUR, end: end * HOUR });

describe('rows of a table of steps', () => {
  it('account for their steps, inside what was answered', () => {
    expect(accountedFor(source('steps'), '1h', at(0, 1, 3, 4), [range(1, 4)])).toEqual([
      range(1, 2),
      range(3, 4),
    ]);
  });
});

describe('a complete answer about events', () => {
  it('accounts for all of it where no silence is too long', () => {
    expect(accountedFor(source('events', 8), '1h', at(0, 8, 16), [range(0, 24)])).toEqual([range(0, 24)]);
    expect(accountedFor(source('events'), '1h', at(), [range(0, 100)])).toEqual([range(0, 100)]);
  });

  it('leaves the time out from where the next event was due to where one came', () => {
    expect(accountedFor(source('events', 8), '1h', at(0, 16), [range(0, 24)])).toEqual([
      range(0, 8),
      range(16, 24),
    ]);
  });

  it('knows a silence that began before the range by the event before it', () => {
    expect(accountedFor(source('events', 8), '1h', at(0, 16), [range(5, 20)])).toEqual([
      range(5, 8),
      range(16, 20),
    ]);
    expect(accountedFor(source('events', 8), '1h', at(0), [range(9, 12)])).toEqual([]);
  });

  it('takes a short beginning for granted where it knows no event before', () => {
    expect(accountedFor(source('events', 8), '1h', at(8), [range(1, 10)])).toEqual([range(1, 10)]);
    expect(accountedFor(source('events', 8), '1h', at(10), [range(1, 12)])).toEqual([range(10, 12)]);
  });

  it('ends with the event or with what may still be silent', () => {
    expect(accountedFor(source('events', 8), '1h', at(0), [range(0, 6)])).toEqual([range(0, 6)]);
    expect(accountedFor(source('events', 8), '1h', at(0), [range(0, 20)])).toEqual([range(0, 8)]);
  });
});
