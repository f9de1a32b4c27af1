/**
 * One file of an export, in a process of its own: `node bench/export/write-file.ts <format> <url of the database> <file>`. Prints a
 * line of JSON: rows a second, processor seconds of this process and its peak memory in MB.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  exportedColumns,
  exportedText,
  parseRowsExport,
} from '../../functions/core/queries/export/export-rows.ts';
import { isFile } from '../../functions/core/queries/export/formats.ts';
import { RowsQuery } from '../../functions/core/queries/parameters.ts';
import { fileWriter } from '../../functions/runtime/file-writer.ts';
import { createServices } from '../../functions/runtime/services.ts';
import { sources } from '../../functions/sources/index.ts';

const [format, url, path] = process.argv.slice(2) as ['parquet' | 'arrow' | 'csv' | 'ndjson', string, string];
const services = await createServices({ GORDON_DATABASE_URL: url });
/** As they are stored: `close_time` and `known_at` would be computed. */
const columns = sources.klines_spot!.table.columns.map(({ name }) => name).join(',');
const query = RowsQuery.parse({ symbol: 'BTCUSDT', from: '2025-01-01', to: '2026-01-01', columns });
const { signal } = new AbortController();
let rows = 0;

async function* pieces(): AsyncGenerator<Uint8Array | string> {
  if (!isFile(format)) {
    yield* exportedText(parseRowsExport(sources, 'spot_klines', query, format), services.queries, signal);
    return;
  }
  const wanted = parseRowsExport(sources, 'spot_klines', query, format);
  const { columns: typed, batches, metadata } = exportedColumns(wanted, services.queries, signal);
  const counted = async function* () {
    for await (const batch of batches) {
      rows += batch.length;
      yield batch;
    }
  };
  yield* (await fileWriter(format))(typed, counted(), metadata);
}

const from = performance.now();
await pipeline(pieces, createWriteStream(path));
const seconds = (performance.now() - from) / 1_000;
await services.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ rows, seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1_024 }),
);
