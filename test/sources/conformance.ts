import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import type { Finding, Parsed, Source, StreamParser } from '../../functions/core/series/source.ts';
import { type TableSpec, timeColumn } from '../../functions/core/series/table.ts';
import type { HttpRequest } from '../../functions/core/series/venue.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';

/** A row as plain values in the order of the table's columns; null is SQL NULL. */
export type PlainRow = readonly (string | number | null)[];

/** What `test/fixtures/<source>/index.ts` exports as `fixtures`. File names are relative to that folder. */
export interface SourceFixtures {
  readonly series: Series;
  /** what the page is the answer to */
  readonly range: Range;
  /** one for each tier of pages, by its name */
  readonly pages: Readonly<Record<string, PageFixture>>;
  /** one for each tier of archives, by its name */
  readonly archives: Readonly<Record<string, ArchiveFixture>>;
  /** one for each tier of snapshots, by its name */
  readonly snapshots?: Readonly<Record<string, SnapshotFixture>>;
  /** absent where a source's listing is fixed */
  readonly listing?: ListingFixture;
}

export interface PageFixture {
  /** file with a whole answer */
  readonly body: string;
  /** the venue's clock when it answered */
  readonly asOf: number;
  readonly rowsInBody: number;
  readonly rows: readonly PlainRow[];
  /** rows of the body that were not final at `asOf`, and are later; may be empty where the venue has none */
  readonly stillOpen: readonly PlainRow[];
  /** an answer without rows, as text */
  readonly empty: string;
  /** answers, as text, that must end in `malformed-rows`, by what is wrong with them */
  readonly damaged: Readonly<Record<string, string>>;
}

export interface SnapshotFixture {
  /** files with the answers, in the order of the requests */
  readonly bodies: readonly string[];
  /** the step that the snapshot is of; epoch ms */
  readonly at: number;
  readonly rows: readonly PlainRow[];
  readonly findings: readonly Finding[];
  /** answers, as text, that hold no rows */
  readonly empty: readonly string[];
  /** answers, as text, that must end in `malformed-rows`, by what is wrong with them */
  readonly damaged: Readonly<Record<string, readonly string[]>>;
}

export interface ArchiveFixture {
  /** the rows of each file */
  readonly files: Readonly<Record<string, readonly PlainRow[]>>;
  /** kinds of findings when the rows are out of order and repeated; defaults to none */
  readonly whenShuffled?: readonly string[];
  readonly damaged: Readonly<Record<string, string>>;
}

export interface ListingFixture {
  /** `at` is what the body says as an answer about the first row, `last` about the newest; defaults to the same */
  readonly first: { readonly body: string; readonly at: number; readonly last?: number };
  /** the answer about the newest row, where it is of another kind than that about the first */
  readonly newest?: string;
  /** the answer for a symbol without rows */
  readonly none: string;
  readonly trading: string;
  readonly notTrading: string;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const fixtureText = (source: string, file: string): string =>
  readFileSync(new URL(`../fixtures/${source}/${file}`, import.meta.url), 'utf8');

export function rowsOf({ batch }: Pick<Parsed, 'batch'>): PlainRow[] {
  const cell = (data: Parsed['batch']['columns'][number], i: number): string | number | null => {
    if ('constant' in data) return data.constant;
    const value = data[i] ?? null;
    return typeof value === 'number' && Number.isNaN(value) ? null : value;
  };
  return Array.from({ length: batch.length }, (_, i) => batch.columns.map((data) => cell(data, i)));
}

/** Compares a batch with its table and its series. */
export function expectSound({ batch }: Parsed, table: TableSpec, series: Series): void {
  expect(batch.columns.length).toBe(table.columns.length);
  expect(batch.times.length).toBe(batch.length);
  for (const [c, column] of table.columns.entries()) {
    const data = batch.columns[c]!;
    const isText = column.type === 'text' || column.type === 'jsonb';
    expect(isText, column.name).toBe(!(data instanceof Float64Array));
    if (!('constant' in data)) expect(data.length, column.name).toBe(batch.length);
    if (data instanceof Float64Array)
      expect(data.includes(Number.POSITIVE_INFINITY), column.name).toBe(false);
    if (table.key.includes(column.name) && data instanceof Float64Array) {
      expect(data.includes(Number.NaN), `${column.name} is part of the key`).toBe(false);
    }
  }
  const time = table.columns.findIndex((column) => column.name === timeColumn(table));
  const { times } = batch;
  const held = batch.columns[time];
  expect(held, timeColumn(table)).toBeInstanceOf(Float64Array);
  expect(times.findIndex((at, i) => at !== (held as Float64Array)[i])).toBe(-1);
  const step = stepOf(series.timeframe);
  // An assertion for each row of a day of seconds takes longer than everything else.
  if (!table.offGrid) expect(times.filter((at) => at % step !== 0).slice(0, 9), 'off the grid').toEqual(NONE);
  const isLate = (at: number, before: number): boolean =>
    table.cadence === 'irregular' ? at < before : at <= before;
  const late = times.filter((at, i) => i > 0 && isLate(at, times[i - 1]!));
  expect(late.slice(0, 9), 'before or with the row before').toEqual(NONE);
  const keyed = batch.columns.filter((_, c) => table.key.includes(table.columns[c]!.name));
  const keys = rowsOf({ batch: { ...batch, columns: keyed } }).map((row) => JSON.stringify(row));
  expect(new Set(keys).size, 'rows of one key').toBe(keys.length);
}

const NONE = new Float64Array();

/** A request that the client can send, that is the same each time and that names no secret. */
export function expectRequest(make: () => HttpRequest): HttpRequest {
  const request = make();
  expect(make()).toEqual(request);
  expect(request.path).toMatch(/^\/[^?#]*$/);
  expect(request.host.env).toMatch(/^GORDON_[A-Z0-9_]+_URL$/);
  expect(Object.keys(request.query ?? {}).filter((name) => /key|token|secret/i.test(name))).toEqual([]);
  if (request.family) expect(request.weight ?? 1).toBeLessThanOrEqual(request.family.limit / 10);
  return request;
}

/** All pieces of a file through a parser, as one list of rows. */
export function parseFile(
  parser: StreamParser,
  file: Uint8Array,
  pieceLength = file.length,
): { rows: PlainRow[]; findings: Finding[]; parsed: Parsed[] } {
  const parsed: Parsed[] = [];
  for (let at = 0; at < file.length; at += pieceLength) {
    // A buffer that is used again, as streams do it: the parser must not hold on to it.
    const piece = Uint8Array.from(file.subarray(at, at + pieceLength));
    const out = parser.push(piece);
    piece.fill(0);
    if (out) parsed.push(out);
  }
  const last = parser.end();
  if (last) parsed.push(last);
  return { rows: parsed.flatMap(rowsOf), findings: parsed.flatMap((p) => p.findings), parsed };
}

export const tiersOf = <K extends Source['tiers'][number]['kind']>(source: Source, kind: K) =>
  source.tiers.filter((tier): tier is Extract<Source['tiers'][number], { kind: K }> => tier.kind === kind);
