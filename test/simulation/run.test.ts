import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../functions/core/time/time.ts';
import { readRegressions } from '../../simulation/regressions.ts';
import { type Outcome, type RunSpec, simulate } from '../../simulation/run.ts';
import { earlierVersion } from '../../simulation/world/earlier-version.ts';

/** Some hours with as many faults as a day has, and some hours of peace. */
const SHORT = { days: 0.1, quiet: 0.1 } as const;
/** Strikes the first call of the database within the run. */
const CUT = { kind: 'connection to the database cut', at: 0, skip: 0, times: 1 };
const SEEDS = [1, 2];

/** As `npm run simulate` runs them, but half an hour each, with as many faults as two days have: a small one, a usual one and a large one. */
const SWARM = [3, 22, 10].map(
  (seed): RunSpec => ({ seed, swarm: true, days: 0.02, quiet: 0.005, history: HOUR, mean: 6 }),
);

type Traced = Pick<Outcome, 'hash' | 'steps'>;
const traceOf = ({ hash, steps }: Outcome): Traced => ({ hash, steps });

/** Runs several in one other process, the last one first: what a run leaves in its process must not reach the next one. */
const inProcess = async (specs: readonly RunSpec[]): Promise<Traced[]> => {
  const script = `
    import { simulate } from './simulation/run.ts';
    const traces = [];
    for (const spec of ${JSON.stringify(specs.toReversed())}) {
      const { hash, steps } = await simulate(spec);
      traces.unshift({ hash, steps });
    }
    console.log(JSON.stringify(traces));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout) as Traced[];
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
    const specs = [{ seed: 1, ...SHORT }, ...SWARM];
    const others = inProcess(specs);
    const own = [await runOf(1)];
    for (const spec of SWARM) own.push(await simulate(spec));
    expect(own.map(traceOf)).toEqual(await others);
    for (const { steps } of own) expect(steps).toBeGreaterThan(1_000);
    // Each of the sizes is among them, and so is a fault.
    const swarm = own.slice(1);
    expect(new Set(swarm.map(({ ordered }) => ordered.length)).size).toBe(SWARM.length);
    for (const { strokes } of swarm) expect(strokes.size).toBeGreaterThan(0);
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
