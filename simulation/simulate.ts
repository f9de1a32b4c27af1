import { parseArgs } from 'node:util';
import { keepRegression } from './regressions.ts';
import { type Outcome, type RunOptions, simulate } from './run.ts';
import { gistOf, shrink } from './shrink.ts';
import { Tally } from './tally.ts';
import { earlierVersion } from './world/earlier-version.ts';

const USAGE =
  'npm run simulate -- [--seeds N | --seconds S] [--seed S] [--days D] [--before COMMIT] [--no-shrink] [--trace] (whole numbers, 1 or more)';

interface Flags {
  /** the first seed; the others follow it */
  readonly seed: number;
  readonly seeds: number;
  /** no further seed is begun after this long, and the run at work is broken off; undefined: there is no such limit */
  readonly seconds: number | undefined;
  readonly days: number;
  readonly shrinks: boolean;
  readonly traces: boolean;
  /** the commit of the version that runs until a deployment; undefined: nothing is deployed */
  readonly before: string | undefined;
}

/** @throws Error in one line */
export function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      days: { type: 'string' },
      'no-shrink': { type: 'boolean' },
      trace: { type: 'boolean' },
      before: { type: 'string' },
    },
  });
  const whole = (name: 'seeds' | 'seconds' | 'seed' | 'days'): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`--${name} ${text} is not a whole number of 1 or more`);
    return Number(text);
  };
  if (values.seeds !== undefined && values.seconds !== undefined)
    throw new Error('--seeds and --seconds exclude one another');
  const seconds = whole('seconds');
  return {
    // New ones each time, where none is named.
    seed: whole('seed') ?? Math.floor(performance.timeOrigin) % 2 ** 31,
    seeds: whole('seeds') ?? (seconds === undefined ? 1 : Number.POSITIVE_INFINITY),
    seconds,
    days: whole('days') ?? 3,
    shrinks: values['no-shrink'] !== true,
    traces: values.trace === true,
    before: values.before,
  };
}

async function main(args: readonly string[]): Promise<number> {
  const flags = readFlags(args);
  const { seed: first, seeds, seconds, days, shrinks, traces, before } = flags;
  const tally = new Tally();
  const began = performance.now();
  const passed = (): number => (performance.now() - began) / 1_000;
  const cpuSeconds = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const isOver = (): boolean => seconds !== undefined && passed() >= seconds;
  const earlier = before === undefined ? undefined : await earlierVersion(before);
  if (typeof earlier === 'string') console.log(`nothing is deployed: ${earlier}`);
  const options: RunOptions = {
    ...(traces && { watch: (line: string) => console.log(line) }),
    ...(typeof earlier === 'object' && { before: earlier }),
  };
  for (let seed = first; seed < first + seeds && !isOver(); seed++) {
    const run = await simulate({ seed, days, swarm: true }, { ...options, isOver });
    tally.add(run);
    if (run.problems.length === 0) {
      const end = run.finished ? '' : ', broken off';
      console.log(`seed ${seed}: ${run.virtualDays} days, ${run.steps} steps, trace ${run.hash}${end}`);
      continue;
    }
    report(run, options.before && before);
    if (shrinks) await keep(run, options, options.before && before);
  }
  for (const line of tally.lines(passed(), cpuSeconds())) console.log(line);
  return tally.failed.length === 0 ? 0 : 1;
}

function report({ seed, days, problems }: Outcome, before: string | undefined): void {
  const deployed = before === undefined ? '' : ` --before ${before}`;
  console.log(`seed ${seed} FAILED; again: npm run simulate -- --seed ${seed} --days ${days}${deployed}`);
  for (const problem of problems.slice(0, 5)) console.log(`  ${problem}`);
}

async function keep(failed: Outcome, options: RunOptions, before: string | undefined): Promise<void> {
  const small = await shrink(failed, options);
  keepRegression({ ...small, what: gistOf(failed.problems[0]!), ...(before !== undefined && { before }) });
  console.log(`  ${small.plan.length} of ${failed.plan.length} faults and ${small.days} days are enough:`);
  for (const fault of small.plan) console.log(`    ${JSON.stringify(fault)}`);
  console.log('  kept in simulation/regressions.jsonl');
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    // What a person mistyped is one line; a fault of the simulation itself has a stack.
    const isUsage = error instanceof Error && (/^--/.test(error.message) || 'code' in error);
    if (!isUsage) throw error;
    console.error(`${(error as Error).message.split('\n')[0]} Usage: ${USAGE}`);
    process.exitCode = 2;
  }
}
