/**
 * `npm run simulate:mutations`: plants each fault of `simulation/mutations` and runs new seeds until one fails. Exit code 1 when fewer
 * than 18 of 20, or not all of those that were named, are caught.
 */
import { parseArgs } from 'node:util';
import { MUTATIONS } from '../../simulation/mutations/index.ts';
import type { Mutation } from '../../simulation/mutations/mutation.ts';
import { type Caught, hunt } from './hunt.ts';

const USAGE = 'npm run simulate:mutations -- [--seconds S] [--days D] [--seed S] [FAULT ...]';
const ENOUGH = 0.9;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string' }, days: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds ?? 60);
const days = Number(values.days ?? 2);
const first = Number(values.seed ?? 1);
const unknown = positionals.filter((id) => !MUTATIONS.some((one) => one.id === id));
if (unknown.length > 0 || ![seconds, days, first].every((n) => Number.isInteger(n) && n > 0)) {
  console.error(unknown.length > 0 ? `there is no fault ${unknown[0]}` : `Usage: ${USAGE}`);
  process.exit(2);
}
const chosen = MUTATIONS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));

/** Seeds that fail by themselves say nothing about a fault. */
async function verdictOn({ id }: Mutation): Promise<Caught | undefined> {
  const began = performance.now();
  for (let seed = first; ; ) {
    const left = Math.round(seconds - (performance.now() - began) / 1_000);
    if (left < 1) return undefined;
    const caught = await hunt({ seed, days, seconds: left, mutation: id });
    if (!caught) return undefined;
    const alone = await hunt({ seed: caught.seed, days });
    if (!alone) return caught;
    console.log(`       seed ${caught.seed} fails without the fault as well: ${alone.problem}`);
    seed = caught.seed + 1;
  }
}

let caughtSoFar = 0;
for (const mutation of chosen) {
  const caught = await verdictOn(mutation);
  if (caught) caughtSoFar += 1;
  const how = caught
    ? `caught by seed ${caught.seed} after ${Math.round(caught.seconds)} s: ${caught.problem}`
    : 'NOT caught';
  console.log(`${mutation.id}: ${how}`);
}
console.log(`${caughtSoFar} of ${chosen.length} caught, ${seconds} s each, ${days} days with faults a seed`);
process.exitCode = caughtSoFar < (positionals.length > 0 ? chosen.length : ENOUGH * chosen.length) ? 1 : 0;
