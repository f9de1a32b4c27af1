import { describe, expect, it } from 'vitest';
import { explainHole } from '../../../functions/core/ledger/coverage.ts';
import { gapsWithin, livesBy } from '../../../functions/core/listing/find-lives.ts';
import { periodsIn } from '../../../functions/core/time/period.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const months = (from: string, to: string) => periodsIn('month', { start: at(from), end: at(to) });
const span = (from: string, to?: string) => ({
  start: at(from),
  end: to ? at(to) : Number.POSITIVE_INFINITY,
});

describe('livesBy', () => {
  const back = { listedAt: at('2018-12-15T03:00') };
  const published = [...months('2018-12-01', '2022-10-01'), ...months('2023-03-01', '2024-01-01')];

  it.each([
    [
      'nothing that the API does not know',
      { listedAt: at('2020-01-05') },
      months('2020-01-01', '2021-01-01'),
      [],
      undefined,
    ],
    [
      'a contract before the one of the API',
      { listedAt: at('2023-03-12') },
      months('2020-01-01', '2020-06-01'),
      [],
      [span('2020-01-01', '2020-06-01'), span('2023-03-12')],
    ],
    [
      'two lives of one symbol',
      back,
      published,
      gapsWithin(back, published),
      [span('2018-12-15T03:00', '2022-10-01'), span('2023-03-01')],
    ],
    [
      'what the archive alone has, across an object that lacks',
      undefined,
      [...months('2020-01-01', '2020-03-01'), ...months('2020-04-01', '2020-06-01')],
      [],
      [span('2020-01-01', '2020-06-01')],
    ],
  ] as const)('finds %s', (_name, rest, objects, gaps, lives) => {
    expect(livesBy(rest, objects, gaps)?.lives).toEqual(lives);
  });

  it('gives a silence that reaches a border of an object to the time without trade', () => {
    const listing = livesBy(back, published, gapsWithin(back, published));
    const reasons = (from: string, to: string) =>
      explainHole(span(from, to) as { start: number; end: number }, listing, []).map(({ reason }) => reason);
    expect(reasons('2022-09-29T03:00', '2023-03-12T10:00')).toEqual(['delisted']);
    expect(reasons('2022-09-29T03:00', '2022-10-01')).toEqual(['delisted']);
    expect(reasons('2022-09-10', '2022-09-11')).toEqual(['venue-outage']);
    expect(reasons('2018-12-01', '2018-12-15T03:00')).toEqual(['pre-listing']);
  });
});
