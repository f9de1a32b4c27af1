import type { Renewal, RowChange, WatchedObject } from '../archive-watch.ts';
import type { ArchiveFile } from '../ports.ts';
import { contains, hull } from '../range.ts';
import type { Series } from '../series.ts';
import type { Source, StreamParser } from '../source.ts';
import { type Batch, pickRows, timeColumn } from '../table.ts';
import { asObject, type Cell, cellsAt, keyOf, type Line, lineOf } from './canonical.ts';
import type { StoredRows } from './ports.ts';

interface Arrived {
  readonly line: Line;
  readonly batch: Batch;
  readonly at: number;
}

/**
 * What of an object that was published anew differs from the rows that its former edition left: within the spans that it
 * accounts for, so rows that another place brought stay as they are. A row that it no longer has is told, not taken out: the
 * venue may have lost it, and it was true once.
 */
export async function restated(
  stored: StoredRows,
  source: Source,
  series: Series,
  held: WatchedObject,
  file: ArchiveFile,
  parser: StreamParser,
): Promise<Renewal> {
  const { table } = source;
  const { object, sha256: was, spans } = held;
  const arrived = new Map<string, Arrived>();
  const take = (batch: Batch | undefined): void => {
    for (let at = 0; at < (batch?.length ?? 0); at++) {
      if (!contains(spans, batch!.times[at]!)) continue;
      const cells = cellsAt(batch!, at);
      const key = keyOf(table, cells);
      // Of two rows of one key the first one is stored.
      if (!arrived.has(key)) arrived.set(key, { line: lineOf(table, cells), batch: batch!, at });
    }
  };
  for await (const bytes of file.content) take(parser.push(bytes)?.batch);
  take(parser.end()?.batch);

  const time = table.columns.findIndex(({ name }) => name === timeColumn(table));
  const changes: RowChange[] = [];
  const replacing: Arrived[] = [];
  const around = hull(spans) ?? { start: 0, end: 0 };
  for await (const rows of stored.read(series, around)) {
    for (const cells of rows) {
      const at = Number(cells[time] as Cell);
      if (!contains(spans, at)) continue;
      const key = keyOf(table, cells);
      const line = lineOf(table, cells);
      const now = arrived.get(key);
      arrived.delete(key);
      if (now?.line === line) continue;
      changes.push({ time: at, was: asObject(table, line), became: now ? asObject(table, now.line) : null });
      if (now) replacing.push(now);
    }
  }
  for (const row of arrived.values()) {
    changes.push({ time: row.batch.times[row.at]!, was: null, became: asObject(table, row.line) });
    replacing.push(row);
  }
  return { ...{ object, was, became: file.sha256, spans, changes }, rows: batchesOf(replacing) };
}

const batchesOf = (rows: readonly Arrived[]): Batch[] =>
  [...Map.groupBy(rows, ({ batch }) => batch)].map(([batch, of]) =>
    pickRows(
      batch,
      of.map(({ at }) => at).sort((a, b) => a - b),
    ),
  );
