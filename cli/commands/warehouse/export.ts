import { type Command, Option } from 'commander';
import { MONTH_FORMATS, type MonthFormat, sourcesOf } from '../../../functions/core/exports/layout.ts';
import type { ExportResult } from '../../../functions/core/exports/run-export.ts';
import { parseInstant } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { listKeys, publicKeyNamed, readKey, usualKey } from '../../export/key-store.ts';
import { exportProgress } from '../../export/progress.ts';
import { badInput, CliError } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { SIMULATED } from '../../format/report.ts';
import { count, plural } from '../../format/values.ts';
import { say } from '../../terminal.ts';
import { type Context, databaseUrl, IGNORED, print, printJson, runningDemo } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

/** Loaded when they are needed: no other command reads or writes Parquet and Arrow. */
const opening = () => import('../../export/open-export.ts');
const running = () => import('../../../functions/core/exports/run-export.ts');
const writers = () => import('../../../functions/runtime/exports/writers.ts');
const trees = () => import('../../../functions/runtime/exports/open-tree.ts');
const verdicts = () => import('../../export/verdict.ts');
const manifests = () => import('../../../functions/core/exports/manifest.ts');

interface ExportOptions {
  readonly out: string;
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly format: MonthFormat;
  readonly completeOnly?: boolean;
  readonly key?: string;
  readonly json?: boolean;
}

interface VerifyOptions {
  readonly key?: string;
  readonly rows: boolean;
  readonly json?: boolean;
}

export function addExport(program: Command, context: Context, handle: Handle): void {
  const command = program
    .command('export')
    .description('write tables as files, a month of a series in each, with a signed manifest')
    .argument('[list]', 'tables, sources or families with commas between them; default: all', options.words)
    .option('--out <place>', 'a folder, or s3://bucket/prefix; what has not changed there stays')
    .addOption(options.symbolsOption('only these, with commas between them'))
    .option('--from <time>', 'only months from this one on', options.time(context.terminal))
    .option('--to <time>', 'only months that begin before', options.time(context.terminal))
    .addOption(new Option('--format <word>', 'of the files').choices(MONTH_FORMATS).default('parquet'))
    .option('--complete-only', 'leave out months that are not complete')
    .option('--key <name>', 'the key to sign with; default: operator, where there is one')
    .option('--json', 'print the result as one JSON document')
    .addHelpText('after', HELP)
    .action(
      handle((names: string[] | undefined, given: ExportOptions) =>
        write(context, names, given, program.version()!),
      ),
    );
  command.enablePositionalOptions();
  command
    .command('verify')
    .description('compare a tree with its manifest: files, rows, chain and signature; needs no warehouse')
    .argument('<place>', 'the folder or the address, s3://bucket/prefix')
    .option('--key <key>', 'the public key that must have signed: a file, base64, or the name of an own key')
    .option('--no-rows', 'compare the files by their bytes, and do not read their rows')
    .option('--json', 'print one JSON document')
    .action(handle((place: string, given: VerifyOptions) => verify(context, place, given)));
  command
    .command('schema')
    .description('print the JSON schema of manifest.json')
    .action(
      handle(async () => {
        printJson(context, (await manifests()).manifestSchema());
        return 0;
      }),
    );
}

const HELP = `
The tree is one dataset for pandas, polars, DuckDB and pyarrow, such as spot_klines/symbol=BTCUSDT/2025-03.parquet. Months whose rows
changed since the last export are written again, each as a whole; the others stay. A stopped export loses no finished month, and the
next export goes on there. Two warehouses with the same rows print the same root.

Examples:
  gordon-data export spot_klines --symbols BTCUSDT --out export
  gordon-data export verify export

Exit codes: 0 done, or nothing differs; 1 it failed, or something differs; 2 bad input; 130 interrupted`;

async function write(
  context: Context,
  names: readonly string[] | undefined,
  given: ExportOptions,
  version: string,
): Promise<number> {
  const { terminal } = context;
  if (given.out === undefined) throw badInput('name a folder or a bucket: --out <place>');
  const chosen = names?.flatMap((name) => sourcesOf(sources, name)) ?? Object.values(sources);
  const range = {
    start: (given.from === undefined ? undefined : parseInstant(given.from)) ?? Number.NEGATIVE_INFINITY,
    end: (given.to === undefined ? undefined : parseInstant(given.to)) ?? Number.POSITIVE_INFINITY,
  };
  if (range.start >= range.end) throw badInput(`--from ${given.from} must lie before --to ${given.to}`);
  const url = databaseUrl(context);
  if (!url) throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
  if (terminal.env.GORDON_DATABASE_URL && runningDemo(context)) say(terminal.err, IGNORED);
  const key = given.key === undefined ? usualKey(terminal.env) : readKey(terminal.env, given.key);
  const request = {
    sources: [...new Set(chosen)],
    symbols: given.symbols,
    range,
    format: given.format,
    completeOnly: given.completeOnly === true,
  };
  const [{ openExport }, { WRITERS }, { runExport }] = await Promise.all([opening(), writers(), running()]);
  using stop = stopOn(terminal);
  await using ports = await openExport(url, given.out, terminal, {
    writer: WRITERS[given.format],
    madeBy: `gordon-data ${version}`,
    signer: key?.signer,
  });
  if (await ports.reader.isSimulated()) say(terminal.err, context.paint('yellow', SIMULATED));
  const result = await following(context, (progress) =>
    runExport(ports, request, progress, { signal: stop.signal }),
  );
  return await report(context, result, ports.tree.name, given.json);
}

async function following(
  { terminal }: Context,
  work: (progress: ReturnType<typeof exportProgress>) => Promise<ExportResult>,
): Promise<ExportResult> {
  using progress = exportProgress(terminal);
  return await work(progress);
}

async function report(context: Context, result: ExportResult, name: string, json = false): Promise<number> {
  const { rootLine } = await verdicts();
  const { manifest, ...tally } = result;
  const { root, rows, files, signature } = manifest;
  const incomplete = files.filter(({ complete }) => !complete).length;
  if (json) {
    printJson(context, {
      place: name,
      root,
      rows,
      files: files.length,
      incomplete,
      ...written(tally),
      key: signature?.key ?? null,
    });
    return 0;
  }
  const { written: months, kept, removed, absent } = tally;
  const parts = [
    `${plural(months, 'month')} written (${plural(tally.rows, 'row')}, ${count(tally.bytes)} bytes)`,
    `${count(kept)} unchanged`,
    ...(removed > 0 ? [`${count(removed)} removed`] : []),
    ...(absent > 0 ? [`${count(absent)} without a file`] : []),
  ];
  print(
    context,
    `${name}: ${parts.join(', ')}`,
    ...(incomplete > 0
      ? [
          `${plural(incomplete, 'month')} of the tree ${incomplete === 1 ? 'is' : 'are'} not complete: the manifest says why`,
        ]
      : []),
    rootLine({ root, rows, files: files.length }),
    signature
      ? `signed by ${signature.key}`
      : 'not signed: make a key with `gordon-data keys generate`, and export again',
  );
  return 0;
}

const written = ({
  written: months,
  kept,
  removed,
  absent,
  rows,
  bytes,
}: Omit<ExportResult, 'manifest'>) => ({
  written: { months, rows, bytes },
  unchanged: kept,
  removed,
  absent,
});

async function verify(context: Context, place: string, { key, rows, json }: VerifyOptions): Promise<number> {
  const { terminal, paint } = context;
  const publicKey = key === undefined ? undefined : publicKeyNamed(terminal.env, key);
  const [{ treeAt }, { verdictLines, verdictOn }] = await Promise.all([trees(), verdicts()]);
  using stop = stopOn(terminal);
  await using open = treeAt(place, terminal.env);
  const verdict = await verdictOn(open.tree, publicKey, stop.signal, rows);
  const isIdentical = verdict.differences.length === 0;
  if (json) printJson(context, { identical: isIdentical, ...verdict });
  else {
    if (verdict.simulated) say(terminal.err, paint('yellow', SIMULATED));
    const own = new Map(listKeys(terminal.env).map(({ name, signer }) => [signer.publicKey, name]));
    print(context, ...verdictLines(verdict, own, key !== undefined, paint));
  }
  return isIdentical ? 0 : 1;
}
