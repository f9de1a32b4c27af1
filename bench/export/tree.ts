/**
 * `npm run bench:tree`: `gordon-data export` of a symbol-year of 1m candles (525,600 rows) into a folder, each run in a
 * process of its own whose peak memory and processor time are reported, and once more with nothing changed. The bytes of a
 * candle are compared with the zips of the archive that the rows came from. `ROUNDS` defaults to 3.
 */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MONTH_FORMATS } from '../../functions/core/exports/layout.ts';
import type { Manifest } from '../../functions/core/exports/manifest.ts';
import { backfill } from '../peers/gordon-data.ts';
import { WANTED } from '../peers/peer.ts';
import { median, whole } from '../peers/table.ts';
import { inWarehouse } from '../peers/warehouse.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 3);

/** What a run says of itself on its last line. */
interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

const RUNNER = join(import.meta.dirname, 'run-export.ts');

async function run(databaseUrl: string, out: string, format: string): Promise<Run> {
  const env = { ...process.env, GORDON_DATABASE_URL: databaseUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [RUNNER, out, format], { env });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Run;
}

const line = (name: string, runs: readonly Run[], bytes: number): string => {
  const of = (pick: (one: Run) => number): number => median(runs.map(pick));
  const seconds = of((one) => one.seconds);
  return [
    name.padEnd(24),
    `${seconds.toFixed(2)} s`.padStart(8),
    `${whole(WANTED.rows / seconds)} rows/s`.padStart(16),
    `${of((one) => one.cpuSeconds).toFixed(2)} s of processor`.padStart(22),
    `${Math.round(of((one) => one.peakMb))} MB peak`.padStart(14),
    `${(bytes / WANTED.rows).toFixed(1)} bytes a candle`.padStart(20),
  ].join('');
};

/** Bytes of the archive's zips of the year. */
async function zipped(archive: string, manifest: Manifest): Promise<number> {
  const sizes = manifest.files.flatMap(({ objects }) =>
    objects.map(async ({ object }) => (await (await fetch(`${archive}${object}`)).arrayBuffer()).byteLength),
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

await inWarehouse('export', async (host, folder) => {
  await backfill(host, WANTED.rows);
  const lines: string[] = [];
  let zips = 0;
  for (const format of MONTH_FORMATS) {
    const out = join(folder, format);
    const runs: Run[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      rmSync(out, { recursive: true, force: true });
      runs.push(await run(host.databaseUrl, out, format));
    }
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    lines.push(line(format, runs, bytes));
    zips ||= await zipped(host.env.GORDON_BINANCE_ARCHIVE_URL!, manifest);
    if (format === 'parquet') {
      const again = [await run(host.databaseUrl, out, format)];
      lines.push(line('parquet, nothing changed', again, bytes));
    }
  }
  console.log(lines.join('\n'));
  console.log(`zips of the archive: ${(zips / WANTED.rows).toFixed(1)} bytes a candle`);
});
