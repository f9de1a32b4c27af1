import { describe, expect, it } from 'vitest';
import type { AggregateStore, Window } from '../../../functions/core/aggregates/aggregates.ts';
import { readRefresh, refreshView, splitWindow } from '../../../functions/core/queries/refresh-view.ts';
import { DAY, SECOND } from '../../../functions/core/time/time.ts';

const T0 = Date.UTC(2025, 0, 1);
const day = (n: number): number => T0 + n * DAY;
const body = (start: string | null, end: string | null, view = 'price_klines_1d') => ({ view, start, end });

describe('a refresh', () => {
  it('is of whole buckets', () => {
    const { aggregate, window } = readRefresh(body('2025-01-01T06:00:00Z', '2025-01-05T18:00:00Z'));
    expect([aggregate.name, window]).toEqual(['price_klines_1d', { start: day(1), end: day(4) }]);
    expect(readRefresh(body(null, null)).window).toEqual({ start: null, end: null });
    expect(readRefresh(body('2025-01-01', null, 'price_klines_15m')).window).toEqual({
      start: T0,
      end: null,
    });
  });

  it.each([
    [body('2025-01-01', '2025-01-01T23:59:00Z'), 422, 'window-too-small', /refresh window too small/],
    [body('2025-01-02', '2025-01-01'), 400, 'empty-range', /must lie before/],
    [body('soon', null), 400, 'invalid-time', /^start: "soon"/],
    [body(null, null, 'price_klines_2d'), 400, 'invalid-request', /"price_klines_15m"/],
    [{ view: 'price_klines_1d', start: null }, 400, 'invalid-request', /"end"/],
  ])('is refused: %j', (given, status, code, message) => {
    const refuse = () => readRefresh(given);
    expect(refuse).toThrow(
      expect.objectContaining({ status, code, message: expect.stringMatching(message) }),
    );
  });
});

it('cuts a window into pieces that meet, within what has rows', () => {
  const window = { start: day(0), end: day(75) };
  expect(splitWindow(window, undefined)).toEqual([window]);
  expect(splitWindow(window, { start: day(-400), end: day(400) })).toEqual([
    { start: day(0), end: day(30) },
    { start: day(30), end: day(60) },
    { start: day(60), end: day(75) },
  ]);
  expect(splitWindow({ start: null, end: null }, { start: day(3) + 1, end: day(40) })).toEqual([
    { start: null, end: day(33) },
    { start: day(33), end: null },
  ]);
  const far = { start: Date.UTC(1970, 0), end: Date.UTC(9999, 0) };
  expect(splitWindow(far, { start: day(0), end: day(31) })).toEqual([
    { start: far.start, end: day(30) },
    { start: day(30), end: far.end },
  ]);
});

it('stops when its time is up, and says where to go on', async () => {
  let now = 0;
  const done: Window[] = [];
  const aggregates = {
    extent: async () => ({ start: day(0), end: day(90) }),
    refreshWindow: async (_name: string, window: Window) => {
      done.push(window);
      now += 8 * SECOND;
    },
  } as unknown as AggregateStore;
  const ports = { aggregates, clock: () => now };
  const first = await refreshView(ports, readRefresh(body('2025-01-01', null)));
  expect(first).toEqual({
    view: 'price_klines_1d',
    start: '2025-01-01T00:00:00Z',
    end: '2025-03-02T00:00:00Z',
    next: '2025-03-02T00:00:00Z',
  });
  const second = await refreshView(ports, readRefresh(body(first.next, null)));
  expect(second).toMatchObject({ end: null, next: null });
  expect(done).toEqual([
    { start: day(0), end: day(30) },
    { start: day(30), end: day(60) },
    { start: day(60), end: null },
  ]);
});
