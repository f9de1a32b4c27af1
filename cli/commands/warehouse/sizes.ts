import type { Command } from 'commander';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { table } from '../../format/table.ts';
import { bytes, count } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';

type TableSize = Answer<'sizes'>[number];

interface SizesOptions {
  readonly json?: boolean;
}

export function addSizes(program: Command, context: Context, handle: Handle): void {
  program
    .command('sizes')
    .description('rows and bytes of each table, and bytes a row')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(handle((given: SizesOptions) => showSizes(context, given)));
}

const HELP = `
Rows of market data are those of the ledger; of other tables ("~") the database estimates them.
The columnstore is TimescaleDB's: chunks behind the horizon of a backfill are compressed.`;

const COLUMNS = ['Table', 'Rows', 'Heap', 'Indexes', 'Columnstore', 'Total', 'Bytes a row'].map(
  (title, i) => ({
    title,
    ...(i > 0 && { align: 'right' as const }),
  }),
);

async function showSizes(context: Context, { json = false }: SizesOptions): Promise<number> {
  const sizes = await context.api().call('sizes');
  if (json) printJson(context, sizes);
  else print(context, ...table(COLUMNS, [...sizes.map(lineOf), totalOf(sizes)], context));
  return 0;
}

const lineOf = (size: TableSize): string[] => [
  size.name,
  size.rows === 0 ? '-' : `${size.counted_by === 'statistics' ? '~' : ''}${count(size.rows)}`,
  ...[size.heap_bytes, size.index_bytes, size.columnstore_bytes, size.total_bytes].map(bytes),
  size.bytes_per_row === null ? '-' : size.bytes_per_row.toFixed(1),
];

function totalOf(sizes: readonly TableSize[]): string[] {
  const sum = (of: (size: TableSize) => number): string =>
    bytes(sizes.reduce((total, size) => total + of(size), 0));
  return [
    'all',
    '',
    sum((size) => size.heap_bytes),
    sum((size) => size.index_bytes),
    sum((size) => size.columnstore_bytes),
    sum((size) => size.total_bytes),
    '',
  ];
}
