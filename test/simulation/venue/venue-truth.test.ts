import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import type { Place, VenueFault } from '../../../simulation/faults/fault.ts';
import { LISTED_AT, type ReadAll, SYMBOL, venueAt } from './venue-helpers.ts';

const at = (text: string): number => Date.parse(`${text}:00Z`);

const KLINES: Series = { source: 'klines_perp', symbol: SYMBOL, timeframe: '1m' };
const SPOT: Series = { source: 'klines_spot', symbol: SYMBOL, timeframe: '1h' };
const INTEREST: Series = { source: 'open_interest_binance', symbol: SYMBOL, timeframe: '5m' };
const TAKER: Series = { source: 'ratio_taker_volume', symbol: SYMBOL, timeframe: '5m' };
const ACCOUNTS: Series = { source: 'ratio_top_accounts', symbol: SYMBOL, timeframe: '1h' };
const FUNDING: Series = { source: 'funding_binance', symbol: SYMBOL, timeframe: '1h' };
const ALL = [KLINES, SPOT, INTEREST, TAKER, ACCOUNTS, FUNDING];

const FAULTS: readonly VenueFault[] = [
  {
    id: '1',
    kind: 'hole',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'klines',
    at: at('2025-06-08T10:00'),
    span: { start: at('2025-06-08T10:00'), end: at('2025-06-08T12:10') },
  },
  {
    id: '2',
    kind: 'hole',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'metrics',
    at: at('2025-06-08T10:00'),
    span: { start: at('2025-06-08T10:00'), end: at('2025-06-08T11:00') },
    filledAt: at('2025-06-09T20:00'),
  },
  {
    id: '3',
    kind: 'restated',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'klines',
    at: at('2025-06-10T12:00'),
    span: { start: at('2025-06-08T20:00'), end: at('2025-06-08T21:00') },
    where: 'everywhere',
  },
  {
    id: '4',
    kind: 'restated',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'metrics',
    at: at('2025-06-10T12:00'),
    span: { start: at('2025-06-08T20:00'), end: at('2025-06-08T21:00') },
    where: 'archive',
  },
  {
    id: '5',
    kind: 'bad-cell',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'klines',
    at: at('2025-06-08T03:00'),
    time: at('2025-06-08T03:00'),
    column: 4,
    where: 'everywhere',
  },
  {
    id: '6',
    kind: 'bad-cell',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'metrics',
    at: at('2025-06-08T03:00'),
    time: at('2025-06-08T03:00'),
    column: 4,
    where: 'archive',
  },
  {
    id: '7',
    kind: 'bad-cell',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'funding',
    at: at('2025-06-08T08:00'),
    time: at('2025-06-08T08:00'),
    column: 2,
    where: 'rest',
  },
  {
    id: '8',
    kind: 'archive-hole',
    market: 'spot',
    symbol: SYMBOL,
    dataset: 'klines',
    at: at('2025-06-08T05:00'),
    span: { start: at('2025-06-08T05:00'), end: at('2025-06-08T09:00') },
  },
  {
    id: '9',
    kind: 'rest-lag',
    market: 'um',
    dataset: 'klines',
    at: at('2025-06-08T12:00'),
    until: at('2025-06-08T18:00'),
    lagMs: 25 * MINUTE,
  },
  {
    id: '10',
    kind: 'rest-reach',
    at: at('2025-06-11T00:00'),
    until: at('2025-06-12T00:00'),
    reachMs: 2 * DAY,
  },
  {
    id: '11',
    kind: 'damaged-file',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'klines',
    at: at('2025-06-09T00:00'),
    until: at('2025-06-09T22:00'),
    unit: 'day',
    period: { start: at('2025-06-08T00:00'), end: at('2025-06-09T00:00') },
    how: 'corrupt',
  },
  {
    id: '12',
    kind: 'late-file',
    market: 'um',
    symbol: SYMBOL,
    dataset: 'metrics',
    at: at('2025-06-09T00:00'),
    unit: 'day',
    period: { start: at('2025-06-08T00:00'), end: at('2025-06-09T00:00') },
    delayMs: 14 * HOUR,
  },
  { id: '13', kind: 'interval-change', at: at('2025-06-08T09:00'), symbol: SYMBOL, hours: 4 },
  {
    id: '14',
    kind: 'relist',
    market: 'spot',
    symbol: SYMBOL,
    at: at('2025-06-08T13:30'),
    until: at('2025-06-08T17:20'),
  },
];

/** What a place should have given out at an instant, by the record. */
function expected(
  world: ReturnType<typeof venueAt>,
  series: Series,
  place: Place,
  day: { start: number; end: number },
) {
  const { truth, clock } = world;
  return truth.times(series, { start: day.start, end: day.end + HOUR }).flatMap((time) => {
    const now = truth
      .servings(series, time)
      .find((one) => one.place === place && one.start <= clock.now && clock.now < one.end);
    return now?.readable ? [{ time, lines: truth.lines(series, time, now) }] : [];
  });
}

function same(
  read: ReadAll | undefined,
  due: ReturnType<typeof expected>,
  day: { start: number; end: number },
): void {
  const within = due.filter(({ time }) => day.start <= time && time < day.end);
  const rows = (read?.rows ?? []).filter(({ time }) => day.start <= time && time < day.end);
  expect(rows.map(({ time }) => new Date(time).toISOString())).toEqual(
    within.map(({ time }) => new Date(time).toISOString()),
  );
  expect(rows.filter(({ line }, i) => !within[i]!.lines.includes(line))).toEqual([]);
}

describe('the record of the venue', () => {
  const day = { start: at('2025-06-08T00:00'), end: at('2025-06-09T00:00') };
  const instants = [
    '2025-06-08T09:03:20Z',
    '2025-06-08T12:50:00Z',
    '2025-06-09T09:00:00Z',
    '2025-06-09T21:00:00Z',
    '2025-06-09T22:30:00Z',
    '2025-06-10T13:00:00Z',
    '2025-06-11T04:00:00Z',
  ];

  it.each(ALL)('says of $source $timeframe what the API answers', async (series) => {
    const world = venueAt(instants[0]!, FAULTS);
    for (const now of instants) {
      world.clock.now = Date.parse(now);
      if (series.source === 'open_interest_binance' && now.startsWith('2025-06-11')) continue;
      const reach =
        now.startsWith('2025-06-11') && ['ratio_taker_volume', 'ratio_top_accounts'].includes(series.source);
      if (reach) {
        await expect(world.page(series, day)).rejects.toMatchObject({ code: 'venue-refused' });
        continue;
      }
      same(await world.page(series, day), expected(world, series, 'rest', day), day);
    }
  });

  it.each([KLINES, SPOT, INTEREST, TAKER, ACCOUNTS])(
    'says of $source $timeframe what is in its file of a day',
    async (series) => {
      const world = venueAt(instants[0]!, FAULTS);
      const own = { start: day.start + 5 * MINUTE, end: day.end };
      for (const now of instants) {
        world.clock.now = Date.parse(now);
        const damaged =
          series.source === 'klines_perp' && now.startsWith('2025-06-09T') && now < '2025-06-09T22';
        if (damaged)
          await expect(world.file(series, 'day', day.start)).rejects.toMatchObject({
            code: 'corrupt-archive',
          });
        else same(await world.file(series, 'day', day.start), expected(world, series, 'day', own), own);
      }
    },
  );

  it('has the month of settlements once its file is out', async () => {
    const month = { start: at('2025-06-01T00:00'), end: at('2025-07-01T00:00') };
    const world = venueAt('2025-07-06T00:00:00Z', FAULTS);
    expect(await world.file(FUNDING, 'month', month.start)).toBeUndefined();
    world.clock.now = Date.parse('2025-07-08T00:00:00Z');
    const read = await world.file(FUNDING, 'month', month.start);
    same(read, expected(world, FUNDING, 'month', month), month);
    expect(read!.rows.length).toBeGreaterThan(90);
  });

  it('begins with the first candle', async () => {
    const world = venueAt('2025-06-10T00:00:00Z');
    const range = { start: LISTED_AT - HOUR, end: LISTED_AT + HOUR };
    expect(world.truth.times(KLINES, range)[0]).toBe(LISTED_AT);
    same(await world.page(KLINES, range), expected(world, KLINES, 'rest', range), range);
  });
});
