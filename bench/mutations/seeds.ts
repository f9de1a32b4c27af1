/**
 * Runs seeds one after the other until something breaks or a number of CPU seconds is spent, and writes one line of JSON for each. It is
 * a process of its own because a fault is planted as its files are loaded.
 */
import { parseArgs } from 'node:util';
import { simulate } from '../../simulation/run.ts';
import type { SeedLine } from './hunt.ts';
import { settingOf } from './settings.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, cpu: { type: 'string' } },
});
const first = Number(values.seed);
const last = first + Number(values.seeds) - 1;
const allowed = Number(values.cpu);

function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

for (let seed = first; seed <= last && spent() < allowed; seed++) {
  const run = await simulate({ seed, ...settingOf(seed) }, { isOver: () => spent() >= allowed, early: true });
  const [problem] = run.problems;
  const line: SeedLine = { seed, cpuSeconds: spent(), ...(problem && { problem }) };
  console.log(JSON.stringify(line));
  if (problem) break;
}
