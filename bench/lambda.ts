/**
 * `node bench/lambda.ts [--docs] [--part fetch|peak|cold] [--months 23] [--runs 5] [--bundles DIR]`: measures what the functions
 * cost on Lambda; `--docs` writes the tables into docs/LAMBDA.md. A million rows of minutes are 23 months. The bundles are made by
 * the CDK app itself. Each runs in a fresh Node with the share of a processor that Lambda gives its memory, where the kernel can
 * enforce it (as root on Linux).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Host } from '../host/host.ts';
import { fillDocument } from './document/fill-document.ts';
import { makeBundles } from './lambda/bundles.ts';
import { coldStarts } from './lambda/cold-starts.ts';
import { type FetchRow, fetchMonths, WAIT_PER_CHUNK, warmUp } from './lambda/fetching.ts';
import { withHost } from './lambda/host.ts';
import { peaks } from './lambda/peaks.ts';
import { canLimit } from './lambda/processor.ts';
import { coldTable, fetchTable, PRICE, peakTable, shown } from './lambda/tables.ts';
import { newFolder } from './temporary-folder.ts';

const SIZES = [256, 512, 1_024, 1_769, 3_008];

const { values } = parseArgs({
  options: {
    docs: { type: 'boolean', default: false },
    part: { type: 'string' },
    months: { type: 'string', default: '23' },
    runs: { type: 'string', default: '5' },
    bundles: { type: 'string' },
  },
});
const [months, runs] = [Number(values.months), Number(values.runs)];
const limited = canLimit();
const how = limited ? 'with the share of a processor that Lambda gives' : 'computed from processor time';
const folder = newFolder('lambda');

const runsPart = (part: string): boolean => values.part === undefined || values.part === part;
const DOCUMENT = fileURLToPath(new URL('../docs/LAMBDA.md', import.meta.url));
const print = (part: string, title: string, table: Parameters<typeof shown>[0]): void => {
  console.log(`${title}\n\n${shown(table, false)}\n`);
  if (values.docs) fillDocument(DOCUMENT, { [part]: shown(table, true) });
};

try {
  const bundles = await makeBundles(values.bundles ?? join(folder, 'cdk.out'));
  const { url } = bundles.find(({ spec }) => spec.state === 'FetchChunk')!;
  if (runsPart('fetch') || runsPart('peak')) await withHost(folder, (host) => measureFetcher(host, url));
  if (runsPart('cold')) {
    const title = `Cold starts, median of ${runs}, ${limited ? how : 'with the whole machine'}`;
    print('cold', title, coldTable(await coldStarts(bundles, { runs, limited })));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureFetcher(host: Host, url: string): Promise<void> {
  if (runsPart('fetch')) {
    await warmUp(host, url, months);
    const rows: FetchRow[] = [];
    for (const memoryMb of SIZES) rows.push(await fetchMonths(host, url, memoryMb, { months, limited }));
    const waits = `the waits are ${WAIT_PER_CHUNK} s in each chunk, for a venue that is not on this machine`;
    const price = `${PRICE} USD for a GB-second (arm64, us-east-1)`;
    print(
      'fetch',
      `A million rows through fetch-chunk in one process, its first chunk among them, ${how}; ${waits}; ${price}`,
      fetchTable(rows, limited),
    );
  }
  if (runsPart('peak'))
    print('peak', 'The most memory of fetch-chunk', peakTable(await peaks(host, url, SIZES), SIZES));
}
