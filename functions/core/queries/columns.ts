import { badRequest } from '../errors/bad-request.ts';
import { type Column, KNOWN_AT, readColumns, type TableSpec, timeColumn } from '../series/table.ts';
import type { FileColumn } from './export/columnar.ts';
import type { RowsRequest } from './ports.ts';

/** Columns of longer candles that are the sum of those of the shorter ones. */
export const summedColumns = (table: TableSpec): string[] =>
  table.columns.map(({ name }) => name).filter((name) => /volume$|^trades$|^turnover$|^samples$/.test(name));

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

/** The columns of the answer, in order: those requested, or all. */
export const columnsOf = (request: RowsRequest): readonly string[] => request.columns ?? namesOf(request);

const namesOf = (request: RowsRequest): string[] => columnsAvailable(request).map(({ name }) => name);

/** Every column that the request may have. A candle is known when it closes, which stands at the end. */
function columnsAvailable({ table, candles, closesAfterMs }: RowsRequest): readonly Column[] {
  const known = closesAfterMs === undefined ? [] : [KNOWN_AT];
  if (!candles) return [...readColumns(table), ...known];
  const all = readColumns(table);
  const sums = summedColumns(table).map((name): Column => {
    const type = all.find((column) => column.name === name)!.type;
    // PostgreSQL's sum of integers is a longer one.
    return { name, type: type === 'int4' ? 'int8' : type };
  });
  const head = [timeColumn(table), 'close_time', 'open', 'high', 'low', 'close'];
  return [
    ...head.flatMap((name) => all.filter((column) => column.name === name)),
    ...sums,
    { name: 'rows', type: 'int8' },
    ...known,
  ];
}

/** The columns of a file of these rows. All requests are about the same columns of one table. */
export function fileColumns(requests: readonly [RowsRequest, ...RowsRequest[]]): FileColumn[] {
  const [request] = requests;
  const available = columnsAvailable(request);
  const { table, candles } = request;
  return columnsOf(request).map((name) => {
    const column = available.find((one) => one.name === name)!;
    const texts = requests.flatMap(({ where }) => where[name] ?? []);
    return {
      ...column,
      nullable: candles ? name !== timeColumn(table) : !table.key.includes(name),
      ...(texts.length === requests.length && { values: [...new Set(texts)] }),
    };
  });
}
