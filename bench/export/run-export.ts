/** One export in a process of its own: `node bench/export/run-export.ts <folder> <format>`. Prints what it took as JSON. */
import { withWholeTable } from '../../functions/core/exports/columns.ts';
import type { MonthFormat } from '../../functions/core/exports/layout.ts';
import { runExport } from '../../functions/core/exports/run-export.ts';
import { exportParts } from '../../functions/runtime/exports/export-parts.ts';
import { folderTree } from '../../functions/runtime/exports/folder-tree.ts';
import { WRITERS } from '../../functions/runtime/exports/writers.ts';
import { sources } from '../../functions/sources/index.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { createExportReader } from '../../functions/stores/queries/export-reader.ts';

const [out = '', word = ''] = process.argv.slice(2);
const format = word as MonthFormat;
const sql = connect(process.env.GORDON_DATABASE_URL!, { role: 'gordon_reader', max: 2 });
const began = performance.now();
await runExport(
  {
    ...exportParts,
    reader: createExportReader(sql, (id) => withWholeTable(sources, sources[id]!).table),
    tree: folderTree(out),
    sources,
    writer: WRITERS[format],
    clock: Date.now,
    madeBy: 'a benchmark',
  },
  {
    sources: [sources.klines_spot!],
    range: { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    format,
    completeOnly: false,
  },
  { planned() {}, wrote() {}, month() {} },
  { signal: new AbortController().signal },
);
const seconds = (performance.now() - began) / 1_000;
await sql.end();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1_024 }),
);
