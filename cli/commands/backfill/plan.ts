import type { Command } from 'commander';
import { planLines } from '../../format/plan.ts';
import type { Terminal } from '../../terminal.ts';
import { type Context, print, printJson } from '../context.ts';
import { labelSimulated } from '../simulated.ts';
import { addOrderOptions, type OrderOptions, orderOf } from './trigger.ts';

interface PlanOptions extends OrderOptions {
  readonly json?: boolean;
}

export function addPlan(
  family: Command,
  terminal: Terminal,
  work: (options: PlanOptions) => Promise<void>,
): void {
  addOrderOptions(
    family.command('plan').description('what such a job would take: requests, rows, minutes, dollars'),
    terminal,
  )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Nothing is entered and nothing is fetched. The job keeps its quote and shows what it took beside it.

Example:
  gordon-data backfill ${family.name()} plan --from 2020-01-01`,
    )
    .action(work);
}

export async function plan(context: Context, source: string, given: PlanOptions): Promise<number> {
  const api = context.api();
  const answer = await api.plan(orderOf(source, given));
  await labelSimulated(context, api, given.json ? context.terminal.err : context.terminal.out);
  if (given.json) printJson(context, answer);
  else print(context, ...planLines(answer, context));
  return 0;
}
