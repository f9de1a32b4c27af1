import type * as z from 'zod';
import { badRequest } from '../../errors/bad-request.ts';
import type { Sources } from '../../series/source.ts';
import { columnsOf, fileColumns } from '../columns.ts';
import type { RowsQuery } from '../parameters.ts';
import type { CoverageQueries, RowsRequest } from '../ports.ts';
import { parseRowsRequest, sourcesBehind } from '../tables.ts';
import type { ColumnBatch, FileColumn } from './columnar.ts';
import {
  type FileFormat,
  type Format,
  isFile,
  MEDIA_TYPES,
  parseFormat,
  type TextFormat,
} from './formats.ts';
import { textRows } from './text-rows.ts';

export interface RowsExport<F extends Format = Format> {
  readonly format: F;
  /** one after another: rows come by symbol, then by time */
  readonly requests: readonly [RowsRequest, ...RowsRequest[]];
  /** whose ledger accounts for the rows */
  readonly sources: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The export that a request wants, by `format=` or Accept. `format=json` without a limit has all rows too.
 * @returns undefined: a page of JSON
 * @throws GordonError as `parseRowsExport` does, and `unknown-format`
 */
export function parseExport(
  sources: Sources,
  {
    path,
    headers,
  }: {
    readonly path: Readonly<Record<string, string | undefined>>;
    readonly headers: Readonly<Record<string, string | undefined>>;
  },
  query: z.output<typeof RowsQuery>,
): RowsExport | undefined {
  const format = parseFormat(query.format, headers.accept);
  const isPage = format === 'json' && (query.format === undefined || query.limit !== undefined);
  return isPage ? undefined : parseRowsExport(sources, path.table ?? '', query, format);
}

/** Whether rows were requested as text, which can be streamed. */
export const isTextExport = (wanted: RowsExport): wanted is RowsExport<TextFormat> => !isFile(wanted.format);

/** Parses a query for all rows of a range. @throws GordonError as `parseRowsRequest` does, and `invalid-request` */
export function parseRowsExport<F extends Format>(
  sources: Sources,
  table: string,
  query: z.output<typeof RowsQuery>,
  format: F,
): RowsExport<F> {
  if (query.limit !== undefined) throw unfit(`"limit": ${format} has all rows of the range.`);
  const symbols = [...new Set(query.symbol?.split(',') ?? [undefined])];
  if (query.every !== undefined && symbols.length > 1) {
    throw unfit('"symbol": candles made with `every` are those of one symbol.');
  }
  const [first, ...others] = symbols.map((symbol) => parseRowsRequest(sources, table, { ...query, symbol }));
  const name = [table, ...symbols.slice(0, 3), query.every ?? query.timeframe].filter((part) => part);
  return {
    format,
    requests: [first!, ...others],
    sources: sourcesBehind(sources, first!.table),
    headers: {
      'content-type': MEDIA_TYPES[format],
      'content-disposition': `attachment; filename="${name.join('-').replaceAll(/[^\w.-]+/g, '_')}.${format === 'excel' ? 'csv' : format}"`,
    },
  };
}

/** One symbol, as a page of JSON has it. @throws GordonError `invalid-request` */
export function refuseSymbols({ symbol }: z.output<typeof RowsQuery>): void {
  if (symbol?.includes(',')) {
    throw unfit('"symbol": a page of JSON is about one symbol; the other formats take several.');
  }
}

/** The text of an export in UTF-8, piece by piece. @param signal ends it. @throws GordonError as `CoverageQueries.batches` does */
export async function* exportedText(
  { format, requests }: RowsExport<TextFormat>,
  queries: Pick<CoverageQueries, 'batches'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { head, lines, foot } = textRows(format, fileColumns(requests));
  if (head.length > 0) yield head;
  for (const request of requests) {
    for await (const batch of queries.batches(request, signal)) yield* lines(batch);
  }
  if (foot.length > 0) yield foot;
}

export interface FileExport {
  readonly columns: readonly FileColumn[];
  readonly batches: AsyncIterable<ColumnBatch>;
  /** words about the file, for its footer */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file of an export is made of. @param signal ends it. @throws GordonError as `CoverageQueries.batches` does */
export function exportedColumns(
  { requests }: RowsExport<FileFormat>,
  queries: Pick<CoverageQueries, 'batches'>,
  signal: AbortSignal,
): FileExport {
  const columns = fileColumns(requests);
  return {
    columns,
    metadata: { table: requests[0].table.name },
    batches: (async function* () {
      for (const request of requests) yield* queries.batches(request, signal);
    })(),
  };
}

/** Names an export: two queries for the same rows in the same format have the same name. */
export const exportName = ({ format, requests }: RowsExport): string =>
  JSON.stringify([
    format,
    requests.map((request) => {
      const { table, where, from, to, closesAfterMs, candles, asOf } = request;
      const keys = Object.entries(where).sort(([a], [b]) => (a < b ? -1 : 1));
      return [table.name, keys, from, to, closesAfterMs, candles, asOf, columnsOf(request)];
    }),
  ]);

const unfit = (message: string) => badRequest('invalid-request', 'the query', message);
