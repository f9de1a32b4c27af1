import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readRegressions } from '../../simulation/regressions.ts';
import { type Outcome, type RunSpec, simulate } from '../../simulation/run.ts';
import { earlierVersion } from '../../simulation/world/earlier-version.ts';

/** Some hours with as many faults as a day has, and some hours of peace. */
const SHORT = { days: 0.1, quiet: 0.1 } as const;
/** Strikes the first call of the database within the run. */
const CUT = { kind: 'connection to the database cut', at: 0, skip: 0, times: 1 };
const SEEDS = [1, 2];

const inProcess = async (spec: RunSpec): Promise<Pick<Outcome, 'hash' | 'steps'>> => {
  const script = `
    import { simulate } from './simulation/run.ts';
    const { hash, steps } = await simulate(${JSON.stringify(spec)});
    console.log(JSON.stringify({ hash, steps }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout) as Pick<Outcome, 'hash' | 'steps'>;
};

const runs = new Map<number, Promise<Outcome>>();
/** Runs a seed once for all tests. */
function runOf(seed: number): Promise<Outcome> {
  const run = runs.get(seed) ?? simulate({ seed, ...SHORT });
  runs.set(seed, run);
  return run;
}

describe('a run of a seed', () => {
  it('has one trace, in whatever process', async () => {
    const [{ hash, steps }, other] = await Promise.all([runOf(1), inProcess({ seed: 1, ...SHORT })]);
    expect({ hash, steps }).toEqual(other);
    expect(steps).toBeGreaterThan(1_000);
  });

  it.each(SEEDS)('leaves nothing that must not be: %i', async (seed) => {
    const { problems, coverage } = await runOf(seed);
    expect(problems).toEqual([]);
    expect(coverage.get('job succeeded')).toBeGreaterThan(0);
  });

  it('takes a chain and its snapshot in one, two requests an hour', async () => {
    const sources = ['gex_deribit', 'option_quotes_deribit'];
    const run = await simulate({ seed: 1, days: 0.5, quiet: 0.1, sources, plan: [] });
    expect(run.problems).toEqual([]);
    expect(run.series).toBe(2);
    expect(run.requests).toBeGreaterThanOrEqual(2 * 14);
    expect(run.requests).toBeLessThanOrEqual(2 * 16 + 10);
  });

  it('is broken off at the next hour, and then nothing is said of its end', async () => {
    let hours = 0;
    const { virtualDays, problems } = await simulate({ seed: 1, ...SHORT }, { isOver: () => ++hours > 2 });
    expect(virtualDays).toBeLessThan(0.1);
    expect(problems).toEqual([]);
  });

  it('is another one without one of its faults, and the same one with the faults it drew', async () => {
    // The seed that orders little before its start: what is compared are traces, however long.
    const drawn = await runOf(1);
    expect((await simulate({ seed: 1, ...SHORT, plan: drawn.plan })).hash).toBe(drawn.hash);
    expect((await simulate({ seed: 1, ...SHORT, plan: [CUT] })).hash).not.toBe(drawn.hash);
  });
});

describe('runs that failed once', () => {
  const kept = readRegressions().map((one) => [`${one.what} (seed ${one.seed})`, one] as const);
  it.for(kept)('%s', async ([, { before: commit, ...spec }], { skip }) => {
    const before = commit === undefined ? undefined : await earlierVersion(commit);
    // A clone without its commits cannot build the earlier version.
    if (typeof before === 'string') skip(before);
    else expect((await simulate(spec, { before })).problems).toEqual([]);
  });
});
