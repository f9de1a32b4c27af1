import { expect, it } from 'vitest';
import { campaignLines, sumLogs } from '../../simulation/campaign.ts';
import { Tally } from '../../simulation/tally.ts';

/** The tally of a process with one run, as it is printed. */
function logOf(days: number, cpuSeconds: number, strokes: number): string {
  const tally = new Tally();
  tally.add({
    seed: 1,
    days,
    quiet: 0,
    ordered: [],
    plan: [
      { kind: 'outage', at: 1 },
      { kind: 'ban', at: 2 },
    ],
    began: 0,
    finished: true,
    hash: '0',
    steps: 100 * days,
    virtualDays: days,
    calls: 10 * days,
    requests: 4 * days,
    series: 9,
    strokes: new Map([['outage', strokes]]),
    turns: new Map(),
    coverage: new Map([
      ['job succeeded', 1_000],
      ['state PlanWave', 7],
    ]),
    problems: [],
  });
  return tally.lines(60, cpuSeconds).join('\n');
}

it('adds up the tallies of several processes', () => {
  const sum = sumLogs([
    logOf(5, 20, 3),
    logOf(15, 30, 4),
    'seed 7 FAILED; again: npm run simulate -- --seed 7 --days 3\n  why',
  ]);
  expect(campaignLines(sum)).toEqual([
    '2 runs, 20 warehouse-days, 2.5 CPU seconds a day',
    'a day: 10 calls of use cases, 100 steps, 4 requests, 0.20 faults',
    'jobs: 2,000 succeeded',
    'failed: seeds 7',
    '',
    '| fault | drawn | strokes |',
    '|---|---|---|',
    '| ban | 2 | 0 |',
    '| outage | 2 | 7 |',
  ]);
});
