/**
 * `npm run bench:growth [-- --part load|crowd] [--docs]`: does the warehouse stay flat as it grows? Loads SYMBOL_YEARS (1,10,100) years
 * of 1m candles through the embedded host into one database that is never emptied, and measures at each stage; then fetches
 * the same chunks of CROWD_SYMBOLS (16) symbols with FETCHERS (8,1,20,40,8) at work at once. `--docs` writes the tables
 * into docs/GROWTH.md and draws docs/images/growth.svg. Linux only: processor time and memory are read from /proc.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillDocument } from './document/fill-document.ts';
import { type Crowd, crowd } from './growth/contention.ts';
import { draw } from './growth/draw.ts';
import { load } from './growth/load.ts';
import { crowdTable, loadTable } from './growth/tables.ts';
import { withTestbed } from './growth/testbed.ts';
import { inFolder } from './temporary-folder.ts';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const { values } = parseArgs({ options: { part: { type: 'string' }, docs: { type: 'boolean' } } });
const numbers = (text: string): number[] => text.split(',').map(Number);
const say = (line: string): void => console.error(line);

if (values.part !== 'crowd') {
  const stages = numbers(process.env.SYMBOL_YEARS ?? '1,10,100');
  const loaded = await inFolder('growth', (folder) =>
    withTestbed(folder, (testbed) => load(testbed, stages, say)),
  );
  console.log(loadTable(loaded));
  if (values.docs) {
    fillDocument(`${DOCS}GROWTH.md`, { load: loadTable(loaded) });
    await draw(`${DOCS}images/growth.svg`, loaded);
  }
}
if (values.part !== 'load') {
  const fetchers = numbers(process.env.FETCHERS ?? '8,1,20,40,8');
  const symbols = Number(process.env.CROWD_SYMBOLS ?? 16);
  const crowds = await inFolder('crowd', (folder) =>
    withTestbed(folder, async (testbed) => {
      const runs: Crowd[] = [];
      // Unmeasured: compiles the code and fills the mirror.
      await crowd(testbed, 8, 1);
      for (const n of fetchers) {
        runs.push(await crowd(testbed, n, symbols));
        const { rows, seconds, waits } = runs.at(-1)!;
        say(
          `${n} fetchers: ${Math.round(rows / seconds).toLocaleString('en')} rows/s, ${JSON.stringify(waits)}`,
        );
      }
      return runs;
    }),
  );
  console.log(crowdTable(crowds, fetchers[0]!));
  if (values.docs) fillDocument(`${DOCS}GROWTH.md`, { crowd: crowdTable(crowds, fetchers[0]!) });
}
