import type { Command } from 'commander';
import type { SeriesReport } from '../../../functions/core/api/series/schemas.ts';
import { type Api, apiAt } from '../../api/client.ts';
import { callerOf } from '../../api/sign.ts';
import { CliError, oneLine } from '../../failure.ts';
import { type Fleet, place, readFleet, routed, writeFleet } from '../../fleet/fleet-table.ts';
import { orderLine } from '../../format/job.ts';
import { gapLines, klinesFirst, reportLines } from '../../format/report.ts';
import { count, plural } from '../../format/values.ts';
import { say } from '../../terminal.ts';
import { addOrderOptions, type OrderOptions, orderOf } from '../backfill/trigger.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface FleetOptions {
  readonly table?: string;
  readonly json?: boolean;
}

interface ReportOptions extends FleetOptions {
  readonly source?: string;
  readonly gaps?: boolean;
  readonly failOnGaps?: boolean;
}

const TABLE = [
  '--table <file>',
  'the table of the fleet; default: GORDON_FLEET, or fleet.json here',
] as const;

export function addFleet(program: Command, context: Context, handle: Handle): void {
  const fleet = program
    .command('fleet')
    .description('several warehouses, each with a database of its own: one report over all');
  fleet
    .command('report')
    .description('earliest, latest, rows and gaps of every series of all warehouses')
    .option(...TABLE)
    .option('--source <name>', 'only this family or source: klines, klines_spot')
    .option('--gaps', 'list every gap with its cause')
    .option('--fail-on-gaps', 'exit 1 where a series has a gap')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXITS)
    .action(handle((given: ReportOptions) => report(context, given)));
  fleet
    .command('place')
    .description('give symbols a warehouse in the table; what has one keeps it, unless --in names another')
    .option(...TABLE)
    .addOption(options.symbolsOption('with commas between them').makeOptionMandatory())
    .option('--in <name>', 'this warehouse; default: spread over all')
    .option('--json', 'print the table')
    .action(
      handle(async (given: FleetOptions & { symbols: string[]; in?: string }) => placed(context, given)),
    );
  addOrderOptions(
    fleet
      .command('trigger')
      .description('order symbols, each in the warehouse that the table names')
      .argument('<source>', 'a family or source: klines, klines_spot')
      .option(...TABLE),
    context.terminal,
  )
    .option('--json', 'print the jobs as one JSON document')
    .action(handle((source: string, given: FleetOptions & OrderOptions) => trigger(context, source, given)));
}

const EXITS = `
Exit codes: 0 all warehouses answered; 1 one did not, or has gaps with --fail-on-gaps; 2 the table is not valid`;

const fileOf = ({ terminal }: Context, { table }: FleetOptions): string =>
  table ?? terminal.env.GORDON_FLEET ?? 'fleet.json';

const apiOf = ({ terminal }: Context, fleet: Fleet, name: string): Api => {
  const url = fleet.warehouses[name]!.replace(/\/+$/, '');
  return apiAt({ url, caller: callerOf(url, terminal.env) });
};

type Located = SeriesReport & { readonly warehouse: string };

async function report(context: Context, given: ReportOptions): Promise<number> {
  const fleet = readFleet(fileOf(context, given));
  const silent = new Set<string>();
  const answers = await Promise.all(
    Object.keys(fleet.warehouses).map(async (name): Promise<Located[]> => {
      try {
        const query = { source: given.source };
        const series = await apiOf(context, fleet, name).call('report', { query });
        return series.map((one) => ({ ...one, warehouse: name }));
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        silent.add(name);
        say(
          context.terminal.err,
          `gordon-data: ${name} is left out: ${oneLine(context.terminal.hint(error.message))}`,
        );
        return [];
      }
    }),
  );
  const all = answers.flat().toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (given.json) printJson(context, all);
  else show(context, fleet, all, silent, given.gaps ?? false);
  return silent.size > 0 || (given.failOnGaps && all.some(({ gaps }) => gaps.length > 0)) ? 1 : 0;
}

const keyOf = ({ source, symbol, timeframe, warehouse }: Located): string =>
  [source, symbol, timeframe, warehouse].join(' ');

function show(
  context: Context,
  fleet: Fleet,
  all: readonly Located[],
  silent: ReadonlySet<string>,
  gaps: boolean,
): void {
  const ordered = klinesFirst(all);
  if (all.length > 0) print(context, ...reportLines(ordered, context), '');
  for (const name of Object.keys(fleet.warehouses)) {
    const own = all.filter(({ warehouse }) => warehouse === name);
    const rows = own.reduce((sum, series) => sum + series.rows, 0);
    print(context, `${name}: ${plural(own.length, 'series', 'series')}, ${count(rows)} rows`);
  }
  const known = new Set(all.map(keyOf));
  const stray = all.filter(({ symbol, warehouse }) => fleet.symbols[symbol] !== warehouse);
  for (const one of stray) {
    const { source, symbol, timeframe, warehouse } = one;
    const home = fleet.symbols[symbol];
    print(
      context,
      `${source} ${symbol} is in ${warehouse}, and the table has it ${home ? `in ${home}` : 'nowhere'}`,
    );
    // A purge would lose it.
    if (home && !silent.has(home) && !known.has(keyOf({ ...one, warehouse: home })))
      print(context, `${source} ${symbol} ${timeframe} is not in ${home} yet`);
  }
  if (gaps) print(context, ...gapLines(ordered));
}

async function placed(
  context: Context,
  given: FleetOptions & { readonly symbols: readonly string[]; readonly in?: string },
): Promise<number> {
  const file = fileOf(context, given);
  const fleet = place(readFleet(file), given.symbols, given.in);
  writeFleet(file, fleet);
  if (given.json) printJson(context, fleet);
  else {
    for (const [name, symbols] of routed(fleet, given.symbols))
      print(context, `${name}: ${symbols.join(', ')}`);
  }
  return 0;
}

/** Symbols of one order: `docs/SCALE.md` says why not more. */
const TOGETHER = 400;

async function trigger(
  context: Context,
  source: string,
  given: FleetOptions & OrderOptions,
): Promise<number> {
  const fleet = readFleet(fileOf(context, given));
  const jobs = [];
  // One after the other: when one refuses, those before it are printed and the rest is not ordered.
  for (const [name, all] of routed(fleet, given.symbols ?? Object.keys(fleet.symbols))) {
    for (let i = 0; i < all.length; i += TOGETHER) {
      const body = orderOf(source, { ...given, symbols: all.slice(i, i + TOGETHER) });
      const job = await apiOf(context, fleet, name).call('createJob', { body });
      jobs.push({ ...job, warehouse: name });
      if (!given.json) print(context, `${name}: job ${job.id} ${job.status}: ${orderLine(job)}`);
    }
  }
  if (given.json) printJson(context, jobs);
  return 0;
}
