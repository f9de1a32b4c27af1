/**
 * `npm run bench:export`: a year of spot 1m klines of one symbol, from PostgreSQL to a file. Rows a second, processor time and peak
 * memory of the process that writes it; bytes of a candle against the archive's zip and gzipped CSV. Where `GORDON_TEST_PYTHON`
 * names a Python with pandas, polars and duckdb, also DuckDB's own file, and `read_parquet` over HTTP. `ROUNDS` defaults to 5.
 */
import { execFile } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { backfill } from './peers/gordon-data.ts';
import { median, whole } from './peers/table.ts';
import { inWarehouse } from './peers/warehouse.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ROWS = 525_600;
const FORMATS = ['parquet', 'arrow', 'csv', 'ndjson'] as const;
const run = promisify(execFile);

interface Written {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

await inWarehouse('export', async (host, folder) => {
  await backfill(host, ROWS, {
    source: 'klines_spot',
    symbols: ['BTCUSDT'],
    from: '2025-01-01',
    to: '2026-01-01',
  });
  const fileOf = (format: string) => join(folder, `rows.${format}`);
  const rounds = new Map(FORMATS.map((format) => [format, [] as Written[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const format of FORMATS)
      rounds.get(format)!.push(await write(format, host.databaseUrl, fileOf(format)));
  }
  for (const [format, all] of rounds) console.log(describe(format, all));
  await run('gzip', ['--keep', fileOf('csv')]);
  const zips = globSync(join(folder, 'venues/**/BTCUSDT-1m-2025-??.zip')).filter((path) =>
    path.includes('spot'),
  );
  size('the zips of the archive', zips);
  for (const format of FORMATS) size(format, [fileOf(format)]);
  size('csv.gz', [fileOf('csv.gz')]);
  await readBack(host.ports.jobs, fileOf('duckdb'));
});

async function write(format: string, url: string, path: string): Promise<Written> {
  const script = join(import.meta.dirname, 'export/write-file.ts');
  const { stdout } = await run(process.execPath, [script, format, url, path]);
  return JSON.parse(stdout) as Written;
}

function describe(format: string, all: readonly Written[]): string {
  const of = (pick: (one: Written) => number): number => median(all.map(pick));
  const rate = `${whole(of(({ seconds }) => ROWS / seconds))} rows/s`;
  const cpu = `${of(({ cpuSeconds }) => cpuSeconds).toFixed(2)} s of its processor`;
  const peak = Math.max(...all.map(({ peakMb }) => peakMb));
  return `${format}: ${rate}, ${cpu}, ${peak.toFixed(0)} MB at the peak`;
}

function size(what: string, paths: readonly string[]): void {
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  console.log(`${what}: ${(bytes / ROWS).toFixed(1)} bytes a candle`);
}

async function readBack(port: number, path: string): Promise<void> {
  const python = process.env.GORDON_TEST_PYTHON;
  if (!python) return;
  const url = `http://127.0.0.1:${port}/data/spot_klines?symbol=BTCUSDT&from=2025-01-01&to=2026-01-01&format=parquet`;
  const { stdout } = await run(python, [join(import.meta.dirname, 'export/read-http.py'), url, path]);
  const { seen, bytes } = JSON.parse(stdout) as {
    readonly seen: Readonly<Record<string, { readonly rows: number; readonly seconds: number }>>;
    readonly bytes: number;
  };
  for (const [reader, { rows, seconds }] of Object.entries(seen)) {
    console.log(`${reader}: ${seconds.toFixed(2)} s (${whole(rows)})`);
  }
  console.log(`duckdb: ${(bytes / ROWS).toFixed(1)} bytes a candle`);
}
