import { expect, it } from 'vitest';
import type { Outcome } from '../../simulation/run.ts';
import { Tally } from '../../simulation/tally.ts';

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  seed: 1,
  days: 3,
  quiet: 2,
  ordered: ['klines_perp'],
  plan: Array.from({ length: 15 }, (_, i) => ({ kind: i < 5 ? 'outage' : 'ban', at: i })),
  began: 0,
  finished: true,
  hash: '0',
  steps: 10,
  virtualDays: 5,
  calls: 10,
  requests: 10,
  series: 9,
  strokes: new Map([['outage', 40]]),
  turns: new Map([['audit-gaps', 120]]),
  coverage: new Map([
    ['state PlanWave', 9],
    ['state FetchChunk', 9],
    ['job succeeded', 9],
  ]),
  problems: [],
  ...more,
});

it('says what a warehouse-day has: series, faults and the turns of the schedules', () => {
  const tally = new Tally();
  tally.add(outcome());
  // Most of its faults were still to come.
  tally.add(outcome({ finished: false, virtualDays: 1, series: 6, turns: new Map([['audit-gaps', 24]]) }));
  const text = tally.lines(60, 30).join('\n');
  expect(text).toContain('6 series or more in each run, 3.00 faults drawn a day');
  expect(text).toContain('audit-gaps 24.0 of 24 due');
  expect(text).toMatch(/ 5 +80 {2}outage/);
  expect(text).toMatch(/ 10 +0 {2}ban/);
  expect(text).toMatch(/1 of \d+ kinds of faults met; never: .*relist/);
  expect(text).toMatch(/2 of \d+ states of the machine met; never: .*FailJob/);
  expect(text).toContain('1 broken off when the time was over\nno run failed');
});

it('names the seeds that failed', () => {
  const tally = new Tally();
  tally.add(outcome({ seed: 7, finished: false, problems: ['a row is there twice'] }));
  expect(tally.lines(1, 1).at(-1)).toBe('1 runs failed: seeds 7');
});
