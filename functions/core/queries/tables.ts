import type * as z from 'zod';
import { AGGREGATED, AGGREGATES } from '../aggregates/aggregates.ts';
import { badRequest } from '../errors/bad-request.ts';
import type { GordonError } from '../errors/errors.ts';
import { didYouMean } from '../series/names/closest.ts';
import type { Source, Sources } from '../series/source.ts';
import type { TableSpec } from '../series/table.ts';
import { stepOf } from '../time/timeframe.ts';
import { withColumns } from './columns.ts';
import type { RowsQuery } from './parameters.ts';
import type { RowsRequest } from './ports.ts';
import { parseBounds, requireInstant, sourceNamed } from './requested.ts';

/** How many rows a page has where the query does not say it. */
const USUAL_LIMIT = 1_000;

/**
 * Parses a query for rows of a table. Only tables that a source fills and the aggregates made of them can be queried.
 * @throws GordonError `unknown-table`, `unknown-source`, `invalid-request`, `no-candles`, `unknown-column`, `invalid-time`,
 *   `empty-range`
 */
export function parseRowsRequest(
  sources: Sources,
  name: string,
  query: z.output<typeof RowsQuery>,
): RowsRequest {
  const { table, source, bucket } = tableNamed(sources, name, query.source);
  const isOneSource = query.source !== undefined || !table.fixed;
  const where: Record<string, string> = { ...(query.source !== undefined && table.fixed) };
  if (hasKey(table, 'symbol')) {
    if (query.symbol === undefined) throw needed('symbol', name);
    where.symbol = query.symbol;
  }
  const timeframe = query.timeframe ?? source?.defaultTimeframe;
  if (hasKey(table, 'timeframe')) where.timeframe = timeframe!;
  Object.assign(where, matched(table, query.match));
  const { from, to } = parseBounds(query);
  const asOf = requireInstant(query.as_of, 'as_of');
  const isCandles = ['open', 'high', 'low', 'close'].every((column) => hasColumn(table, column));
  const step = timeframe ? stepOf(timeframe) : 0;
  const request = {
    table,
    where,
    from,
    to,
    limit: query.limit ?? USUAL_LIMIT,
    ...(asOf !== undefined && { asOf }),
    ...(isCandles && { closesAfterMs: bucket ?? step }),
  };
  if (query.every === undefined) return withColumns(request, query.columns);
  const every = stepOf(query.every);
  if (!isCandles || !hasKey(table, 'timeframe') || every % step !== 0) throw noCandles(name, query.every);
  const series =
    isOneSource && source && query.symbol !== undefined
      ? { series: { source: source.id, symbol: query.symbol, timeframe: timeframe! } }
      : {};
  const sized =
    every === step ? request : { ...request, ...series, closesAfterMs: every, candles: { step, every } };
  return withColumns(sized, query.columns);
}

function tableNamed(
  sources: Sources,
  name: string,
  id: string | undefined,
): { table: TableSpec; source?: Source; bucket?: number } {
  const fills = Object.values(sources).filter(({ table }) => table.name === name);
  if (id !== undefined && sourceNamed(sources, id).table.name !== name) {
    throw badRequest('unknown-source', id, `does not fill ${name}.`);
  }
  const source = fills.find((one) => id === undefined || one.id === id);
  if (source) return { table: source.table, source };
  const base = sources[AGGREGATED.source];
  const aggregate = base && AGGREGATES.find((one) => one.name === name);
  if (aggregate) return { table: aggregateTable(name), bucket: aggregate.width };
  const names = [
    ...Object.values(sources).map((one) => one.table.name),
    ...AGGREGATES.map((one) => one.name),
  ];
  const remedy = `${didYouMean(name, names)} GET /data lists the tables.`.trim();
  throw badRequest('unknown-table', name, 'there is no such table.', remedy);
}

/** The sources whose ledger accounts for the rows of a table: those that fill it, or that of what it is made of. */
export function sourcesBehind(sources: Sources, { name }: TableSpec): readonly string[] {
  const fills = Object.values(sources).filter(({ table }) => table.name === name);
  return fills.length > 0 ? fills.map(({ id }) => id) : [AGGREGATED.source];
}

const aggregateTable = (name: string): TableSpec => ({
  name,
  columns: [
    { name: 'bucket', type: 'timestamptz' },
    { name: 'symbol', type: 'text' },
    ...['open', 'high', 'low', 'close', 'volume', 'turnover'].map((column) => ({
      name: column,
      type: 'float8' as const,
    })),
  ],
  key: ['symbol', 'bucket'],
  time: 'bucket',
});

/** The column that a query matches, with its value. @throws GordonError `invalid-request` */
function matched(table: TableSpec, match: string | undefined): Record<string, string> {
  if (match === undefined) return {};
  const cut = match.indexOf('=');
  const column = match.slice(0, cut);
  const known = dimensionsOf(table);
  if (known.includes(column)) return { [column]: match.slice(cut + 1) };
  throw badRequest(
    'unknown-column',
    'match',
    `${column} is not a column of text of the key of ${table.name}.`,
    known.length > 0 ? `Use ${known.join(' or ')}.` : 'Leave it out.',
  );
}

/** Columns of text that part a series, such as the instrument of an option: of the key, unless the table names another. */
export const dimensionsOf = ({ columns, key, fixed = {}, partedBy }: TableSpec): string[] => {
  if (partedBy) return [partedBy];
  return columns.flatMap(({ name, type }) =>
    type === 'text' && key.includes(name) && !SERIES_COLUMNS.includes(name) && !(name in fixed) ? [name] : [],
  );
};

const SERIES_COLUMNS: readonly string[] = ['symbol', 'timeframe'];

const hasKey = ({ key }: TableSpec, column: string): boolean => key.includes(column);
const hasColumn = ({ columns }: TableSpec, column: string): boolean =>
  columns.some(({ name }) => name === column);

const needed = (field: string, table: string): GordonError =>
  badRequest('invalid-request', 'the query', `"${field}": is needed for ${table}.`);

const noCandles = (table: string, every: string): GordonError =>
  badRequest('no-candles', table, `candles of ${every} cannot be made of it.`);
