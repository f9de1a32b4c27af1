import { describe, expect, it } from 'vitest';
import { readTime } from '../../cli/times.ts';

const NOW = Date.UTC(2025, 2, 31, 12, 30, 45);

describe('a time that people type', () => {
  it.each([
    ['now', '2025-03-31T12:30:00Z'],
    ['today', '2025-03-31T00:00:00Z'],
    ['yesterday', '2025-03-30T00:00:00Z'],
    ['-90m', '2025-03-31T11:00:00Z'],
    ['-12h', '2025-03-31T00:30:00Z'],
    ['-30d', '2025-03-01T12:30:00Z'],
    ['-2w', '2025-03-17T12:30:00Z'],
    // February has no 31st.
    ['-1mo', '2025-02-28T12:30:00Z'],
    ['-15mo', '2023-12-31T12:30:00Z'],
    ['-1y', '2024-03-31T12:30:00Z'],
    ['2025-03', '2025-03-01'],
    ['2025', '2025-01-01'],
    ['2025-03-07', '2025-03-07'],
    ['2025-03-07T01:00:00+02:00', '2025-03-07T01:00:00+02:00'],
  ])('%s is %s', (text, time) => expect(readTime(text, NOW)).toBe(time));

  it.each([
    '',
    '30d',
    '-d',
    '-30',
    '+1d',
    '2025-13',
    '2025-02-30',
    '-999999y',
    'Yesterday',
    'toString',
    '0000',
  ])('%s is none', (text) => expect(readTime(text, NOW)).toBeUndefined());
});
