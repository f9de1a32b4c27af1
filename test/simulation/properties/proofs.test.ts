import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import type { JudgedSpan } from '../../../simulation/properties/held.ts';
import { tooLong } from '../../../simulation/properties/proofs.ts';

const series: Series = { source: 'klines_spot', symbol: 'AAA', timeframe: '1h' };
const start = Date.UTC(2025, 5, 1);
const life = [{ start: 0, end: start + 90 * DAY }];
const span = (from: number, to: number, more: Partial<JudgedSpan> = {}): JudgedSpan => ({
  start: start + from * DAY,
  end: start + to * DAY,
  state: 'empty',
  reason: 'venue-outage',
  object: null,
  sha256: null,
  fetchedAt: start + 60 * DAY,
  ...more,
});
const judge = (spans: readonly JudgedSpan[], lives = life) =>
  tooLong(series, { longestEmptyMs: 30 * DAY }, spans, lives).map(({ breach, time, rows }) => [
    breach,
    (time - start) / DAY,
    rows,
  ]);

describe('a proof of one answer', () => {
  it('is false where it is longer than a source ever lacks rows, whatever month it is cut at', () => {
    expect(judge([span(0, 30)])).toEqual([['false proof', 0, 30]]);
    expect(judge([span(0, 20), span(20, 40)])).toEqual([['false proof', 0, 40]]);
  });

  it.each([
    ['is shorter', [span(0, 29)], life],
    ['comes of several answers', [span(0, 20), span(20, 40, { fetchedAt: start + 61 * DAY })], life],
    ['follows from what is listed', [span(0, 40, { reason: 'pre-listing' })], life],
    ['follows from a rule', [span(0, 40, { reason: 'retired' })], life],
    ['lies outside the lives', [span(0, 40)], [{ start: start + 20 * DAY, end: start + 90 * DAY }]],
    ['is none', [span(0, 40, { state: 'failed' })], life],
  ])('may be long where it %s', (_, spans, lives) => {
    expect(judge(spans, lives)).toEqual([]);
  });
});
