import { createHash } from 'node:crypto';
import { placesOf } from '../../../functions/core/exports/columns.ts';
import type {
  ExportPorts,
  ExportReader,
  SeriesSnapshot,
  Tree,
} from '../../../functions/core/exports/ports.ts';
import { addCanonical } from '../../../functions/core/exports/rows/canonical-rows.ts';
import type { RequestedSeries } from '../../../functions/core/ledger/ports.ts';
import type { WriteFile } from '../../../functions/core/queries/export/columnar.ts';
import type { LedgerEntry } from '../../../functions/core/queries/ports.ts';
import { toBatch } from '../../../functions/core/series/batch.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import type { Batch } from '../../../functions/core/series/table.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import { contains, type Range } from '../../../functions/core/time/range.ts';
import { sources } from '../../../functions/sources/index.ts';
import { sha256 } from '../../../functions/stores/files/sha256.ts';

const table = sources.klines_spot!.table;

/** A row of `spot_klines`: when it opens, and its close. */
export interface Candle {
  readonly at: number;
  readonly close: number;
}

export interface MemorySeries extends RequestedSeries {
  rows: readonly Candle[];
  entries: readonly LedgerEntry[];
  uncounted?: readonly Range[];
}

const batchOf = (series: Series, rows: readonly Candle[]): Batch =>
  toBatch(
    table,
    rows.map(({ at, close }) => [series.symbol, series.timeframe, at, 1, 2, 0.5, close, 10, 15, 7, 5, 7.5]),
  );

/** Candles as the warehouse has them. */
export function memoryReader(
  all: readonly MemorySeries[],
  seen: { rows: number } = { rows: 0 },
): ExportReader {
  const snapshot = (of: MemorySeries): SeriesSnapshot => {
    const within = (range?: Range) => of.rows.filter(({ at }) => !range || contains([range], at));
    return {
      prints: async (range) =>
        [...Map.groupBy(within(range), ({ at }) => periodAt('month', at).start)]
          .sort(([a], [b]) => a - b)
          .map(([start, rows]) => {
            const hash = sha256();
            addCanonical(hash, table, batchOf(of, rows), placesOf(table));
            return { start, rows: rows.length, print: hash.hex() };
          }),
      counts: async () =>
        [...Map.groupBy(within(), ({ at }) => periodAt('month', at).start)]
          .sort(([a], [b]) => a - b)
          .map(([start, rows]) => ({ start, rows: rows.length })),
      uncounted: async () => of.uncounted ?? [],
      ledger: async (range) => of.entries.filter(({ start, end }) => start < range.end && end > range.start),
      async *rows(range) {
        const rows = within(range);
        seen.rows += rows.length;
        for (let i = 0; i < rows.length; i += 2) yield batchOf(of, rows.slice(i, i + 2));
      },
    };
  };
  return {
    isSimulated: async () => false,
    series: async (ids) => all.filter(({ source }) => ids.includes(source)),
    snapshot: (series, work) => work(snapshot(all.find((one) => seriesLabel(one) === seriesLabel(series))!)),
  };
}

/** A tree whose files are texts. @param failing throws, or not, before a file is at its place */
export function memoryTree(
  failing: (path: string) => void = () => {},
): Tree & { readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    name: 'memory',
    sizes: async () => new Map([...files].map(([path, text]) => [path, text.length])),
    read: async (path) => files.get(path),
    bytes: async (path) => {
      const text = files.get(path);
      return text === undefined ? undefined : Buffer.from(text);
    },
    put: async (path, pieces) => {
      let text = '';
      for await (const piece of pieces) text += Buffer.from(piece).toString('utf8');
      failing(path);
      files.set(path, text);
      return { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
    },
    remove: async (path) => {
      files.delete(path);
    },
  };
}

/** Opening and close of each candle, one a line. */
const lines: WriteFile = async function* (columns, batches) {
  const [time, close] = ['open_time', 'close'].map((name) => columns.findIndex((one) => one.name === name));
  for await (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const [at, price] = [time!, close!].map((c) => (batch.columns[c] as Float64Array)[i]);
      yield Buffer.from(`${at} ${price}\n`);
    }
  }
};

export const NOW = Date.UTC(2025, 5, 10);

export const portsOver = (
  reader: ExportReader,
  tree: Tree,
  rest: Partial<ExportPorts> = {},
): ExportPorts => ({
  reader,
  tree,
  sources,
  writer: lines,
  clock: () => NOW,
  sha256,
  licences: () => [],
  madeBy: 'a test',
  ...rest,
});
