import { describe, expect, it } from 'vitest';
import { type JobSummary, withChanges } from '../../../console/web/jobs/list.ts';
import { type Events, listenToJobs } from '../../../console/web/jobs/live/stream.ts';
import { job, summary } from '../../cli/support/samples.ts';

const at = (id: string, over: Parameters<typeof job>[0] = {}): JobSummary => summary(job({ id, ...over }));

/** Streams as a browser has them, and timers that a test ends. */
function setUp() {
  const opened: (Events & {
    readyState: number;
    say(name: string, data?: unknown): void;
    closed: boolean;
  })[] = [];
  const timers: { ms: number; then: () => void; cancelled: boolean }[] = [];
  const heard: JobSummary[] = [];
  const live: boolean[] = [];
  const stop = listenToJobs({
    open: () => {
      const listeners = new Map<string, (event: { data?: string }) => void>();
      const events = {
        readyState: 0,
        closed: false,
        addEventListener: (name: string, listener: (event: { data?: string }) => void) =>
          void listeners.set(name, listener),
        close: () => {
          events.closed = true;
        },
        say: (name: string, data?: unknown) => listeners.get(name)!({ data: JSON.stringify(data) }),
      };
      opened.push(events);
      return events;
    },
    after: (ms, then) => {
      const timer = { ms, then, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    heard: (jobs) => heard.push(...jobs),
    live: (is) => live.push(is),
  });
  return { opened, timers, heard, live, stop };
}

describe('the stream of jobs', () => {
  it('gives the jobs at its beginning, then each that changes', () => {
    const { opened, heard, live, stop } = setUp();
    opened[0]!.say('open');
    opened[0]!.say('jobs', [at('B'), at('A')]);
    opened[0]!.say('job', at('C'));
    expect([heard.map(({ id }) => id), live]).toEqual([['B', 'A', 'C'], [true]]);
    stop();
    expect([opened[0]!.closed, live]).toEqual([true, [true, false]]);
  });

  it('leaves it to the browser to mend a connection that breaks', () => {
    const { opened, timers, live } = setUp();
    opened[0]!.say('open');
    opened[0]!.say('error');
    opened[0]!.say('open');
    expect([opened.length, timers, live]).toEqual([1, [], [true, false, true]]);
  });

  it('is looked for ever more rarely where there is none', () => {
    const { opened, timers, live, stop } = setUp();
    for (let i = 0; i < 6; i++) {
      opened.at(-1)!.readyState = 2;
      opened.at(-1)!.say('error');
      timers.at(-1)!.then();
    }
    expect(timers.map(({ ms }) => ms / 60_000)).toEqual([1, 2, 4, 8, 16, 16]);
    expect(new Set(live)).toEqual(new Set([false]));
    opened.at(-1)!.readyState = 2;
    opened.at(-1)!.say('error');
    stop();
    expect(timers.at(-1)!.cancelled).toBe(true);
  });
});

describe('a list with what changed since', () => {
  const changes = (...jobs: JobSummary[]) => new Map(jobs.map((one) => [one.id, one]));
  const all = { status: '', source: '' };
  const ids = (jobs: readonly JobSummary[]) => jobs.map(({ id, status }) => `${id} ${status}`);

  it('has jobs as they are now, and new ones in their place', () => {
    const listed = [at('C'), at('A', { status: 'succeeded' })];
    const changed = changes(at('D', { status: 'queued' }), at('B'), at('C', { status: 'failed' }));
    expect(ids(withChanges(listed, changed, all, false))).toEqual([
      'D queued',
      'C failed',
      'B running',
      'A succeeded',
    ]);
  });

  it('leaves out what it does not list: older ones, and other statuses and sources', () => {
    expect(ids(withChanges([at('C')], changes(at('B')), all, true))).toEqual(['C running']);
    const running = { status: 'running', source: 'klines' };
    const changed = changes(at('C', { status: 'failed' }), at('D', { source: 'macro' }), at('E'));
    expect(ids(withChanges([at('C')], changed, running, false))).toEqual(['E running']);
  });
});
