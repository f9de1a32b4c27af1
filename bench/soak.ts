/**
 * `npm run soak -- [days] [seed]`: a simulated month of schedules with seeded faults, on the embedded host. Ends with
 * exact rows, no gap of our own and every hole of a venue explained, or with exit code 1 and what is wrong.
 */

import { rehearse } from './soak/rehearse.ts';
import { startResources } from './soak/resources.ts';
import { inFolder } from './temporary-folder.ts';

const days = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? 1);
const START = Date.UTC(2025, 5, 1);

await inFolder('soak', async (folder) => {
  const resources = await startResources(folder, seed, START);
  try {
    const began = Date.now();
    const report = await rehearse(resources, {
      days,
      seed,
      start: START,
      log: (line) => console.error(line),
    });
    const minutes = ((Date.now() - began) / 60_000).toFixed(1);
    console.log(
      `${days} days, seed ${seed}, in ${minutes} minutes: ${report.rows} rows, all as the venues have them.`,
    );
    console.log(`Holes, proven: ${JSON.stringify(report.holes)}. Jobs: ${JSON.stringify(report.jobs)}.\n`);
    console.log('| fault | injected | survived |\n|---|---|---|');
    for (const { kind, injected, survived } of report.table)
      console.log(`| ${kind} | ${injected} | ${survived} |`);
    if (report.problems.length > 0) {
      console.error(`\n${report.problems.length} problems:\n${report.problems.slice(0, 50).join('\n')}`);
      process.exitCode = 1;
    }
  } finally {
    await resources.close();
  }
});
