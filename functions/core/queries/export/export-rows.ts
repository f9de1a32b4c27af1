import type * as z from 'zod';
import { badRequest } from '../../errors/bad-request.ts';
import type { Sources } from '../../series/source.ts';
import { columnsOf } from '../columns.ts';
import type { RowsQuery } from '../parameters.ts';
import type { CoverageQueries, RowsRequest } from '../ports.ts';
import { parseRowsRequest } from '../tables.ts';
import { type Format, MEDIA_TYPES, rowWriter } from './formats.ts';

export interface RowsExport {
  readonly format: Exclude<Format, 'json'>;
  /** one after another: rows come by symbol, then by time */
  readonly requests: readonly [RowsRequest, ...RowsRequest[]];
  readonly headers: Readonly<Record<string, string>>;
}

/** Parses a query for all rows of a range as text. @throws GordonError as `parseRowsRequest` does, and `invalid-request` */
export function parseRowsExport(
  sources: Sources,
  table: string,
  query: z.output<typeof RowsQuery>,
  format: RowsExport['format'],
): RowsExport {
  if (query.limit !== undefined) throw unfit(`"limit": ${format} has all rows of the range.`);
  const symbols = [...new Set(query.symbol?.split(',') ?? [undefined])];
  const bad = symbols.find((symbol) => symbol === '' || (symbol?.length ?? 0) > 60);
  if (bad !== undefined) throw unfit(`"symbol": "${bad}" is no symbol.`);
  if (query.every !== undefined && symbols.length > 1) {
    throw unfit('"symbol": candles made with `every` are those of one symbol.');
  }
  const [first, ...others] = symbols.map((symbol) => parseRowsRequest(sources, table, { ...query, symbol }));
  const name = [table, ...symbols.slice(0, 3), query.every ?? query.timeframe].filter((part) => part);
  return {
    format,
    requests: [first!, ...others],
    headers: {
      'content-type': MEDIA_TYPES[format],
      'content-disposition': `attachment; filename="${name.join('-').replaceAll(/[^\w.-]+/g, '_')}.${format}"`,
    },
  };
}

/** One symbol, as a page of JSON has it. @throws GordonError `invalid-request` */
export function refuseSymbols({ symbol }: z.output<typeof RowsQuery>): void {
  if (symbol?.includes(',') || (symbol?.length ?? 0) > 60) {
    throw unfit('"symbol": a page of JSON is about one symbol; csv and ndjson take several.');
  }
}

/** The text of an export, piece by piece. @param signal ends it. @throws GordonError as `CoverageQueries.stream` does */
export async function* exportedText(
  { format, requests }: RowsExport,
  queries: Pick<CoverageQueries, 'stream'>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { head, lines } = rowWriter(format, columnsOf(requests[0]));
  if (head) yield head;
  for (const request of requests) {
    for await (const rows of queries.stream(request, signal)) yield lines(rows);
  }
}

const unfit = (message: string) => badRequest('invalid-request', 'the query', message);
