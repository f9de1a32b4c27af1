import { expect, it } from 'vitest';
import { propertyOf } from '../../../simulation/properties/names.ts';
import { inWords } from '../../../simulation/properties/violations.ts';

const series = { source: 'klines_perp', symbol: 'AAAUSDT', timeframe: '1m' } as const;

it.each([
  [inWords({ breach: 'false proof', series, time: 0, rows: 1, why: 'it was listed then' }), 'no false proof'],
  [inWords({ breach: 'missing', series, time: 0, rows: 1, why: 'the API has it' }), 'nothing is missing'],
  [
    inWords({ breach: 'stale', series, time: 0, rows: 1, why: 'its file' }),
    'no row that the venue never had',
  ],
  ['fetch-chunk 17 failed: TypeError x is undefined\n    at y', 'no unforeseen failure'],
  ['429 for /fapi/v1/klines?symbol=A at 2024-01-01T00:00:00Z', "the venue's limits"],
  ['job 01 of 2024-01-01T00:00:00Z is still running', 'liveness'],
  ['job 01 of 2024-01-01T00:00:00Z had not begun at 2024-01-01T00:06:00Z', 'a job begins soon'],
  ['job 01 is running, and its execution FAILED at 2024-01-01T00:00:00Z', 'a job ends with its execution'],
  ['job 01 succeeded, and klines_perp AAAUSDT 1m lacks a to b', 'success means complete'],
  [
    'job 01 is failed and shows klines_perp AAAUSDT 1m 2024-01 as running',
    'what has ended is shown as ended',
  ],
  [
    'job 01 was cancelled at 2024-01-01T00:00:00Z, and klines_spot BBBUSDT 1h 2024 got 5 pages since',
    'a cancelled job stops',
  ],
  [
    'a schedule ordered klines_spot BBBUSDT 1h at x, unfollowed since y',
    'schedules leave alone what was given up',
  ],
  [
    'klines_spot BBBUSDT 1h at 2024-01-01T00:00:00Z: it is followed, and nobody requested it',
    'what is followed is requested',
  ],
  ['succeeded job 01 says 5 rows and wrote 4', 'a job counts its rows'],
])('names the property that %s breaks', (problem, property) => {
  expect(propertyOf(problem)).toBe(property);
});

it('does not guess', () => {
  expect(() => propertyOf('something else')).toThrow(/no property/);
});
