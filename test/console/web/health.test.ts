import { describe, expect, it } from 'vitest';
import { budgetBars, errorsByVenue } from '../../../console/web/health/history.ts';
import { aggregateState, stateOf, verdictsOf, withRun } from '../../../console/web/health/state.ts';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { HEALTH, job, summary } from '../../cli/support/samples.ts';

const NOW = '2025-11-21T12:00:00Z';
const now = Date.parse(NOW);

const schedule = (over: object = {}): Answer<'status'>['schedules'][number] => ({
  name: 'refresh',
  description: 'orders the newest rows',
  every_minutes: 1,
  on: null,
  last_run: { at: '2025-11-21T11:59:00Z', seconds: 1, ok: true, detail: '' },
  ...over,
});
const status = (over: Partial<Answer<'status'>> = {}): Answer<'status'> => ({
  now: NOW,
  simulated: false,
  schedules: [schedule()],
  budgets: [],
  parks: [],
  perishable: [],
  aggregates: [],
  clock: null,
  ...over,
});
const sentences = (
  of: Answer<'status'> | undefined,
  jobs: Answer<'listJobs'> = [],
  health = HEALTH,
): string[] => verdictsOf(health, of, jobs).map(({ sentence }) => sentence);
const failed = (id: string, minutesAgo: number) =>
  summary(
    job({
      id,
      status: 'failed',
      createdAt: now - minutesAgo * 60_000,
      finishedAt: now - minutesAgo * 60_000,
    }),
  );

describe('the first line of the health page', () => {
  it('says that all is well only where it is', () => {
    expect(sentences(status())).toEqual([
      'Everything works: stores answer, schedules run, and no venue is cooling down.',
    ]);
  });

  it('says which venue is not called, which jobs fail, and since when', () => {
    const parks = [{ scope: 'binance', until: '2025-11-21T12:30:00Z', why: 'HTTP 418' }];
    expect(sentences(status({ parks }), [failed('a', 50), failed('b', 5), failed('old', 90)])).toEqual([
      'binance is not called until 2025-11-21 12:30 UTC: HTTP 418',
      '2 jobs failed since 2025-11-21 11:10 UTC (klines).',
    ]);
  });

  it('says that the database is away, which hides the rest', () => {
    const away = { ...HEALTH, checks: { ...HEALTH.checks, database: { ok: false, detail: 'refused' } } };
    expect(sentences(undefined, [], away)).toEqual(['The database does not answer: refused']);
  });

  it('says that the clock is wrong', () => {
    const health = { ...HEALTH, checks: { ...HEALTH.checks, clock: { ok: false, detail: '400 s behind' } } };
    expect(sentences(status(), [], health)).toEqual(["This machine's clock is wrong: 400 s behind"]);
  });

  it('says that schedules are off, all or some', () => {
    const off = schedule({ name: 'audit-gaps', last_run: null });
    expect(sentences(status({ schedules: [off] }))).toEqual([
      'Schedules are off: nothing keeps the warehouse current.',
    ]);
    expect(sentences(status({ schedules: [schedule({ on: false }), schedule({ on: false })] }))).toEqual([
      'Schedules are off: nothing keeps the warehouse current.',
    ]);
    // One whose turn has not come yet is not a fault; one that stopped is.
    expect(sentences(status({ schedules: [schedule(), off] }))).toEqual(sentences(status()));
    const old = { at: '2025-11-21T08:00:00Z', ok: true, seconds: 1, detail: '' };
    expect(sentences(status({ schedules: [schedule(), { ...off, last_run: old }] }))).toEqual([
      'Schedules have not run for long: audit-gaps.',
    ]);
  });
});

describe('the last hours', () => {
  const past = (over: Partial<Answer<'history'>>): Answer<'history'> => ({
    now: NOW,
    budgets: [],
    errors: [],
    troubles: [],
    sizes: [],
    tables: [],
    disk: null,
    ...over,
  });

  it('put a venue that does not answer first, and since when', () => {
    const troubles = [
      { venue: 'bybit', since: '2025-11-21T11:40:00Z', last: '2025-11-21T11:59:00Z', outcome: 'broken' },
      {
        venue: 'binance',
        since: '2025-11-21T11:20:00Z',
        last: '2025-11-21T11:59:00Z',
        outcome: 'unreachable',
      },
      // Nobody has called it since.
      { venue: 'fred', since: '2025-11-21T08:00:00Z', last: '2025-11-21T08:01:00Z', outcome: 'broken' },
    ];
    const verdicts = verdictsOf(HEALTH, status(), [failed('a', 50)], past({ troubles }));
    expect(verdicts.map(({ sentence }) => sentence)).toEqual([
      'binance cannot be reached since 2025-11-21 11:20 UTC.',
      'bybit answers with errors since 2025-11-21 11:40 UTC.',
      'A job failed since 2025-11-21 11:10 UTC (klines).',
    ]);
  });

  it('have budgets minute by minute, the fullest first', () => {
    const budget = (family: string, minutes: { at: string; used: number }[]) => ({
      family,
      venue: 'v',
      limit: 100,
      window_seconds: 60,
      minutes,
    });
    const bars = budgetBars(
      past({
        budgets: [
          budget('idle', []),
          budget('busy', [
            { at: '2025-11-21T11:01:00Z', used: 50 },
            { at: '2025-11-21T12:00:00Z', used: 90 },
          ]),
        ],
      }),
    );
    expect(bars.map(({ family }) => family)).toEqual(['busy', 'idle']);
    expect(bars[0]!.shares).toHaveLength(60);
    expect([bars[0]!.shares[0], bars[0]!.shares[59]]).toEqual([0.5, 0.9]);
    expect(bars[1]!.shares.every((share) => share === 0)).toBe(true);
  });

  it('have errors hour by hour, those of the worst venue first', () => {
    const error = (venue: string, hour: string, outcome: string, count: number) => ({
      venue,
      hour,
      outcome,
      count,
    });
    const venues = errorsByVenue(
      past({
        errors: [
          error('bybit', '2025-11-21T11:00:00Z', 'limited', 2),
          error('binance', '2025-11-20T13:00:00Z', 'broken', 1),
          error('binance', '2025-11-21T12:00:00Z', 'limited', 4),
          error('binance', '2025-11-20T11:00:00Z', 'limited', 99),
        ],
      }),
    );
    expect(venues.map(({ venue, count }) => [venue, count])).toEqual([
      ['binance', 5],
      ['bybit', 2],
    ]);
    expect([venues[0]!.hours[0], venues[0]!.hours[23], venues[1]!.hours[22]]).toEqual([1, 4, 2]);
    expect(venues[0]!.outcomes[0]).toEqual({ outcome: 'limited', count: 4 });
  });
});

describe('a schedule', () => {
  it.each([
    ['ran', '2025-11-21T11:59:00Z', true, 1],
    ['failed', '2025-11-21T11:59:00Z', false, 1],
    // Its last run went well, and that was long ago.
    ['off', '2025-11-21T11:50:00Z', true, 1],
    ['ran', '2025-11-21T10:00:00Z', true, 60],
    ['off', '2025-11-21T08:00:00Z', false, 60],
  ])('%s', (state, at, ok, every_minutes) => {
    expect(stateOf(schedule({ every_minutes, last_run: { at, ok, seconds: 1, detail: '' } }), now)).toBe(
      state,
    );
  });
});

it('the schedule of the aggregates, which notes no run, ran when one was refreshed', () => {
  const aggregate = (last_refresh: string | null) => ({
    name: 'x',
    last_refresh,
    healthy: true,
    watermark: null,
  });
  const [name, last_run] = ['refresh-aggregates', null];
  const all = [aggregate(null), aggregate('2025-11-21T11:58:00Z'), aggregate('2025-11-21T11:59:00Z')];
  expect(withRun(schedule({ name, last_run }), all).last_run?.at).toBe('2025-11-21T11:59:00Z');
  expect(withRun(schedule({ name, last_run }), [aggregate(null)]).last_run).toBeNull();
  expect(withRun(schedule({ last_run }), all).last_run).toBeNull();
});

it('an aggregate without rows is not fresh', () => {
  const of = (healthy: boolean, watermark: string | null) =>
    aggregateState({ name: 'x', last_refresh: NOW, healthy, watermark });
  expect([of(true, NOW), of(false, NOW), of(true, null)]).toEqual(['fresh', 'late', 'empty']);
});
