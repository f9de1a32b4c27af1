import type { ArchiveFile } from '../fetch/ports.ts';
import type { Series } from '../series/series.ts';
import type { Source, StreamParser } from '../series/source.ts';
import { type Batch, pickRows, timeColumn } from '../series/table.ts';
import { contains, hull, type RangeSet } from '../time/range.ts';
import type { Restatement, RowChange, WatchedObject } from './archive-watch.ts';
import { asObject, type Cell, canonicalKey, canonicalLine, cellsAt, type Line } from './canonical.ts';
import type { StoredRows } from './ports.ts';

/** A row as the venue has it now, and where it stands among the others. */
export interface Arrived {
  readonly line: Line;
  readonly batch: Batch;
  readonly at: number;
}

/**
 * What differs between a republished object and the rows of its former edition, within the spans that the object accounts
 * for: rows from elsewhere stay as they are.
 */
export async function restated(
  stored: StoredRows,
  source: Source,
  series: Series,
  held: WatchedObject,
  file: ArchiveFile,
  parser: StreamParser,
): Promise<Restatement> {
  const { table } = source;
  const { object, sha256: was, spans } = held;
  const arrived = new Map<string, Arrived>();
  const take = (batch: Batch | undefined): void => {
    for (let at = 0; at < (batch?.length ?? 0); at++) {
      if (!contains(spans, batch!.times[at]!)) continue;
      const cells = cellsAt(batch!, at);
      const key = canonicalKey(table, cells);
      // If two rows have one key, the first one is stored.
      if (!arrived.has(key)) arrived.set(key, { line: canonicalLine(table, cells), batch: batch!, at });
    }
  };
  for await (const bytes of file.content) take(parser.push(bytes)?.batch);
  take(parser.end()?.batch);
  const differences = await differing(stored, source, series, spans, arrived);
  return { object, was, ...(file.sha256 !== undefined && { became: file.sha256 }), spans, ...differences };
}

/**
 * Stored rows within spans that differ from what the venue serves now, and served rows that are not stored. A row that is no
 * longer served is a change without a row: the stored one stays, because it was true once and the venue may have lost it.
 * @param arrived by key; used up
 */
export async function differing(
  stored: StoredRows,
  { table }: Source,
  series: Series,
  spans: RangeSet,
  arrived: Map<string, Arrived>,
): Promise<Pick<Restatement, 'changes' | 'rows'>> {
  const time = table.columns.findIndex(({ name }) => name === timeColumn(table));
  const changes: RowChange[] = [];
  const replacing: Arrived[] = [];
  const around = hull(spans) ?? { start: 0, end: 0 };
  for await (const rows of stored.read(series, around)) {
    for (const cells of rows) {
      const at = Number(cells[time] as Cell);
      if (!contains(spans, at)) continue;
      const key = canonicalKey(table, cells);
      const line = canonicalLine(table, cells);
      const now = arrived.get(key);
      arrived.delete(key);
      if (now?.line === line) continue;
      changes.push({ time: at, was: asObject(table, line), became: now ? asObject(table, now.line) : null });
      if (now) replacing.push(now);
    }
  }
  for (const row of arrived.values()) {
    const at = row.batch.times[row.at]!;
    if (!contains(spans, at)) continue;
    changes.push({ time: at, was: null, became: asObject(table, row.line) });
    replacing.push(row);
  }
  return { changes, rows: batchesOf(replacing) };
}

const batchesOf = (rows: readonly Arrived[]): Batch[] =>
  [...Map.groupBy(rows, ({ batch }) => batch)].map(([batch, of]) =>
    pickRows(
      batch,
      of.map(({ at }) => at).sort((a, b) => a - b),
    ),
  );
