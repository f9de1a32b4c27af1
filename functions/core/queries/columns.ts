import { badRequest } from '../errors/bad-request.ts';
import { KNOWN_AT, readColumns, type TableSpec, timeColumn } from '../series/table.ts';
import type { RowsRequest } from './ports.ts';

/** Columns of longer candles that are the sum of those of the shorter ones. */
export const summedColumns = (table: TableSpec): string[] =>
  table.columns.map(({ name }) => name).filter((name) => /volume$|^trades$|^turnover$/.test(name));

/** Whether people read when a candle of the table closes. */
export const hasCloseTime = (table: TableSpec): boolean =>
  readColumns(table).some(({ name }) => name === 'close_time');

/**
 * Narrows the rows to columns by name, `open_time,close`.
 * @throws GordonError `unknown-column`, which has the new name of one that was renamed
 */
export function withColumns(request: RowsRequest, list: string | undefined): RowsRequest {
  if (list === undefined) return request;
  const { table } = request;
  const known = namesOf(request);
  const columns = list.split(',').map((name) => name.trim());
  const unknown = columns.find((name) => !known.includes(name));
  if (unknown === undefined) return { ...request, columns };
  const renamed = table.renamed?.[unknown];
  const remedy = renamed
    ? `${unknown} was renamed: write ${renamed}.`
    : `Its columns are ${known.join(', ')}.`;
  throw badRequest('unknown-column', table.name, `there is no column "${unknown}".`, remedy);
}

/** The columns of the answer, in order: those requested, or all, with the instant at which a candle is known at the end. */
export const columnsOf = (request: RowsRequest): readonly string[] =>
  request.columns ?? [...namesOf(request), ...(request.closesAfterMs === undefined ? [] : [KNOWN_AT.name])];

function namesOf({ table, candles }: RowsRequest): string[] {
  if (!candles) return readColumns(table).map(({ name }) => name);
  const close = hasCloseTime(table) ? ['close_time'] : [];
  return [timeColumn(table), ...close, 'open', 'high', 'low', 'close', ...summedColumns(table), 'rows'];
}
