import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type Format, isFile, MEDIA_TYPES } from '../../../functions/core/queries/export/formats.ts';
import { failing } from '../../../functions/runtime/exports/folder-tree.ts';
import { writeNew } from '../../../functions/stores/files/write-new.ts';
import { type Download, download } from '../../api/download.ts';
import { downloadProgress } from '../../export/download-progress.ts';
import { badInput } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { count, duration } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface DataOptions {
  readonly symbols?: readonly string[];
  readonly source?: string;
  readonly timeframe?: string;
  readonly from?: string;
  readonly to?: string;
  readonly every?: string;
  readonly columns?: readonly string[];
  readonly asOf?: string;
  readonly format?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const FORMATS = Object.keys(MEDIA_TYPES);
const EXTENSIONS: Readonly<Record<string, string>> = { '.jsonl': 'ndjson', '.feather': 'arrow' };

export function addData(program: Command, context: Context, handle: Handle): void {
  const time = options.time(context.terminal);
  program
    .command('data')
    .description('all rows of a range of one table, as a file: Parquet, Arrow, CSV or NDJSON')
    .argument('<table>', 'a table of market_data, such as spot_klines')
    .addOption(options.symbolsOption('one, or several with commas between them'))
    .option('--source <id>', 'which one, where several sources share the table')
    .option('--timeframe <step>', "defaults to the source's usual one", options.timeframe)
    .option('--from <time>', options.WHEN, time)
    .option('--to <time>', 'exclusive', time)
    .option('--every <step>', 'candles of this length, made of those of --timeframe', options.timeframe)
    .option('--columns <list>', 'only these, with commas between them', options.words)
    .option('--as-of <time>', 'only what was known at this instant', time)
    .addOption(
      new Option('--format <word>', 'defaults to that of the name of --out, else csv').choices(FORMATS),
    )
    .option('--out <file>', 'the file to write; without it the rows go to standard output')
    .option('--json', 'with --out: print the result as one JSON document')
    .addHelpText('after', HELP)
    .action(handle((table: string, given: DataOptions) => data(context, table, given)));
}

const HELP = `
A deployed API may have to make the file first: the command waits for it. A file is written as a whole or not at all.

Examples:
  gordon-data data spot_klines --symbol BTCUSDT --from 2025-01-01 --out btc.parquet
  gordon-data data spot_klines --symbol BTCUSDT --every 1h --format csv | head
  gordon-data data spot_klines --symbol BTCUSDT --format excel --out btc.csv    # times as spreadsheets read them

Exit codes: 0 done; 1 it failed; 2 bad input; 130 interrupted`;

async function data(context: Context, table: string, given: DataOptions): Promise<number> {
  const { terminal } = context;
  const format = given.format ?? formatOf(given.out) ?? 'csv';
  const isText = !isFile(format as Format);
  if (given.out === undefined && given.json) throw badInput('--json is about a file: name one with --out');
  if (given.out === undefined && !isText && terminal.out.isTTY) {
    throw badInput(`${format} is not text for a terminal: name a file with --out`);
  }
  using stop = stopOn(terminal);
  using progress = downloadProgress(terminal, given.out);
  const began = terminal.clock();
  const found = await download(
    context.base(),
    table,
    { ...queryOf(given), format },
    {
      signal: stop.signal,
      sleep: terminal.sleep,
      onMaking: progress.making,
    },
  );
  if (given.out === undefined) {
    await pipeline(found.pieces, terminal.out, { end: false });
    return 0;
  }
  const written = await write(resolve(given.out), { ...found, pieces: progress.follow(found) });
  progress[Symbol.dispose]();
  const seconds = (terminal.clock() - began) / 1_000;
  if (given.json) printJson(context, { file: given.out, format, ...written });
  else print(context, `${given.out}: ${count(written.bytes)} bytes in ${duration(seconds)}`);
  return 0;
}

/** Under another name until it is complete. @throws GordonError `disk-full`, `export-not-written` */
async function write(path: string, { pieces }: Download): Promise<{ bytes: number; sha256: string }> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    return await failing(path, async () => {
      const written = await writeNew(draft, pieces, { durable: true });
      await rename(draft, path);
      return written;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

function formatOf(out: string | undefined): string | undefined {
  const extension = extname(out ?? '').toLowerCase();
  const word = EXTENSIONS[extension] ?? extension.slice(1);
  return FORMATS.includes(word) ? word : undefined;
}

const queryOf = (given: DataOptions): Record<string, string | undefined> => ({
  symbol: given.symbols?.join(','),
  source: given.source,
  timeframe: given.timeframe,
  from: given.from,
  to: given.to,
  every: given.every,
  columns: given.columns?.join(','),
  as_of: given.asOf,
});
