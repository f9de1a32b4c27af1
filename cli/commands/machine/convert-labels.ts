import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Sources } from '../../../functions/core/series/source.ts';
import { DAY, floorTo, MINUTE, parseInstant } from '../../../functions/core/time/time.ts';
import { sources as registered } from '../../../functions/sources/index.ts';
import { badInput, CliError } from '../../failure.ts';
import { type Column, table } from '../../format/table.ts';
import { type Context, ownerUrl, print } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface ConvertOptions {
  readonly source: string;
  readonly symbol?: string;
  readonly from: string;
  readonly to?: string;
  readonly shift: number;
  readonly write?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'files of' },
  { title: 'source' },
  { title: 'symbol' },
  { title: 'timeframe' },
  { title: 'rows', align: 'right' },
  { title: 'fetched again', align: 'right' },
];

const HELP = `
All sources of the same files are converted, in every timeframe, and files of these days that are loaded later are read
alike. Each row as it was is kept in market_data.row_changes. Rows that leave the grid of their series are taken out; the
next job fetches what stands there now. Without --write nothing is changed.

Example:
  gordon-data convert-labels --source open_interest_binance --symbol BTCUSDT --from 2026-06-25 --shift 0 --write`;

export function addConvertLabels(program: Command, context: Context, handle: Handle): void {
  program
    .command('convert-labels')
    .description('give rows of archive files the times that another shift of their labels stands for')
    .requiredOption('--source <name>', 'a source of the files, such as open_interest_binance')
    .option('--symbol <name>', 'only this symbol; default: all that have rows of such files')
    .requiredOption('--from <day>', 'the first file', options.time(context.terminal))
    .option(
      '--to <day>',
      'the file at which it ends, itself not converted; default: all later ones',
      options.time(context.terminal),
    )
    .requiredOption('--shift <minutes>', 'what is added to a label: 0 or 5m', shift)
    .option('--write', 'change the rows; default: say what would change')
    .addHelpText('after', HELP)
    .action(handle((given: ConvertOptions) => convert(context, given)));
}

function shift(text: string): number {
  if (/^(0|5)m?$/.test(text)) return Number.parseInt(text, 10) * MINUTE;
  throw new InvalidArgumentError('Use 0 or 5m.');
}

async function convert(context: Context, given: ConvertOptions): Promise<number> {
  const sources: Sources = registered;
  const source = sources[given.source];
  const labelled = Object.values(sources).filter(({ tiers }) =>
    tiers.some((tier) => tier.kind === 'archive' && tier.labels),
  );
  if (!source || !labelled.includes(source)) {
    throw badInput(
      `no source ${given.source} with labelled files: use one of ${labelled.map(({ id }) => id).join(', ')}`,
    );
  }
  const day = (text: string): number => floorTo(parseInstant(text)!, DAY);
  const files = {
    start: day(given.from),
    end: given.to === undefined ? Number.POSITIVE_INFINITY : day(given.to),
  };
  if (files.start >= files.end) throw badInput('no file lies between --from and --to');
  const url = ownerUrl(context);
  if (!url)
    throw new CliError('no database: set GORDON_DATABASE_URL to the one whose rows are to be converted');
  // Loaded here, because few commands need them.
  const { connect } = await import('../../../functions/stores/postgres/postgres.ts');
  const { convertLabels } = await import('../../../functions/stores/ledger/labels/convert-labels.ts');
  const sql = connect(url, { role: 'gordon_writer', max: 2, application: 'gordon-data convert-labels' });
  const rows: string[][] = [];
  try {
    const order = {
      source,
      siblings: (source.siblings ?? []).map((id) => sources[id]!),
      files,
      shiftMs: given.shift,
      ...(given.symbol !== undefined && { symbol: given.symbol }),
      why: `convert-labels --shift ${given.shift / MINUTE}m`,
    };
    for await (const one of convertLabels(sql, order, given.write === true, context.terminal.clock())) {
      rows.push([one.month, one.source, one.symbol, one.timeframe, String(one.rows), String(one.released)]);
    }
  } finally {
    await sql.end();
  }
  if (rows.length > 0) {
    print(context, ...table(COLUMNS, rows, context));
  }
  print(
    context,
    given.write
      ? verdict(rows, 'converted')
      : `${verdict(rows, 'would be converted')}; nothing was changed: add --write`,
  );
  return 0;
}

const verdict = (rows: readonly string[][], what: string): string =>
  `${rows.reduce((sum, row) => sum + Number(row[4]), 0)} rows ${what}`;
