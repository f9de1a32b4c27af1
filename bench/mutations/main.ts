/**
 * `npm run simulate:mutations`: plants each fault of `simulation/mutations` and runs new seeds until one breaks a property. Exit code 1
 * when fewer than 18 of 20, or not all of those that were named, are caught.
 */
import { parseArgs } from 'node:util';
import { MUTATIONS } from '../../simulation/mutations/index.ts';
import type { Mutation } from '../../simulation/mutations/mutation.ts';
import { propertyOf } from '../../simulation/properties/names.ts';
import { hunt, type SeedLine } from './hunt.ts';

const USAGE = 'npm run simulate:mutations -- [--cpu SECONDS] [--seed S] [FAULT ...]';
const ENOUGH = 0.9;

const { values, positionals } = parseArgs({
  options: { cpu: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const cpu = Number(values.cpu ?? 60);
const first = Number(values.seed ?? 1);
const unknown = positionals.find((id) => !MUTATIONS.some((one) => one.id === id));
if (unknown !== undefined || ![cpu, first].every((n) => Number.isInteger(n) && n > 0)) {
  console.error(unknown === undefined ? `Usage: ${USAGE}` : `there is no fault ${unknown}`);
  process.exit(2);
}
const chosen =
  positionals.length === 0 ? MUTATIONS : positionals.map((id) => MUTATIONS.find((one) => one.id === id)!);

/** A run without a fault is never broken off. */
const ENDLESS = 3_600;
const alone = new Map<number, string | undefined>();

/** What a seed fails of by itself: it says nothing about a fault then. */
async function problemAlone(seed: number): Promise<string | undefined> {
  if (!alone.has(seed)) alone.set(seed, (await hunt({ seed, seeds: 1, cpu: ENDLESS }))?.problem);
  return alone.get(seed);
}

interface Verdict {
  readonly caught?: SeedLine;
  /** CPU seconds */
  readonly spent: number;
  readonly last?: number | undefined;
}

async function verdictOn({ id }: Mutation): Promise<Verdict> {
  let spent = 0;
  for (let seed = first; ; ) {
    const found = await hunt({ seed, cpu: cpu - spent, mutation: id });
    spent += found?.cpuSeconds ?? cpu - spent;
    if (found?.problem === undefined) return { spent: cpu, last: found?.seed };
    const itself = await problemAlone(found.seed);
    if (itself === undefined) return { caught: found, spent };
    console.log(`       seed ${found.seed} fails without the fault as well: ${itself}`);
    seed = found.seed + 1;
    if (spent > cpu - 1) return { spent, last: found.seed };
  }
}

let caughtSoFar = 0;
for (const mutation of chosen) {
  const { caught, spent, last } = await verdictOn(mutation);
  if (caught?.problem) {
    caughtSoFar += 1;
    const [line] = caught.problem.split('\n');
    console.log(
      `| ${mutation.id} | ${propertyOf(caught.problem)} | ${caught.seed} | ${spent.toFixed(0)} |  ${line}`,
    );
  } else console.log(`| ${mutation.id} | NOT caught | up to ${last ?? 'none'} | ${spent.toFixed(0)} |`);
}
console.log(`${caughtSoFar} of ${chosen.length} caught, ${cpu} CPU seconds each`);
process.exitCode = caughtSoFar < (positionals.length > 0 ? chosen.length : ENOUGH * chosen.length) ? 1 : 0;
