import { type Command, Option } from 'commander';
import type { RetentionRule } from '../../../functions/core/api/series/schemas.ts';
import { badInput } from '../../failure.ts';
import { table } from '../../format/table.ts';
import { exactTime } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface SetOptions {
  readonly before?: string;
  readonly keep?: number;
  readonly reason?: string;
  readonly json?: boolean;
}

export function addRetention(program: Command, context: Context, handle: Handle): void {
  const retention = program
    .command('retention')
    .description('what is not kept of a source: it is not fetched, and the report says "retired"');
  retention
    .command('set')
    .description('replace what is not kept of a source; rows stay until you delete them')
    .argument('<source>', 'a family or source: klines, klines_spot')
    .option('--before <time>', 'what began before is not kept', options.time(context.terminal))
    .addOption(new Option('--keep <days>', 'what is older is not kept').argParser(options.wholeNumber))
    .option('--reason <words>', 'why; the report and the ledger show it')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(handle((source: string, given: SetOptions) => set(context, source, given)));
  retention
    .command('clear')
    .description('keep everything of a source again, also what was dropped as a chunk: it is missing then')
    .argument('<source>', 'a family or source: klines, klines_spot')
    .option('--json', 'print one JSON document')
    .action(
      handle(async (source: string, { json }: SetOptions) =>
        show(context, await context.api().call('setRetention', { body: { source } }), json),
      ),
    );
  retention
    .command('list')
    .description('what is not kept, by source')
    .option('--json', 'print one JSON document')
    .action(
      handle(async ({ json }: SetOptions) => show(context, await context.api().call('listRetention'), json)),
    );
}

const HELP = `
Example:
  gordon-data retention set klines --keep 730 --reason "two years are enough"`;

async function set(context: Context, source: string, given: SetOptions): Promise<number> {
  const { before, keep, reason, json } = given;
  if ((before === undefined) === (keep === undefined)) throw badInput('give one of --before and --keep');
  const rules = await context.api().call('setRetention', {
    body: {
      source,
      ...(before !== undefined && { before }),
      ...(keep !== undefined && { keep_days: keep }),
      ...(reason !== undefined && { reason }),
    },
  });
  return show(context, rules, json);
}

const COLUMNS = [{ title: 'Source' }, { title: 'Not kept' }, { title: 'Reason' }];

function show(context: Context, rules: readonly RetentionRule[], json = false): number {
  if (json) printJson(context, rules);
  else if (rules.length === 0) print(context, 'Everything is kept.');
  else {
    const rows = rules.map((rule) => [rule.source, boundOf(rule), rule.reason]);
    print(context, ...table(COLUMNS, rows, context));
  }
  return 0;
}

function boundOf({ from, before, keep_days }: RetentionRule): string {
  if (keep_days !== null) return `older than ${keep_days} days`;
  return from === null ? `before ${exactTime(before)}` : `${exactTime(from)} to ${exactTime(before)}`;
}
