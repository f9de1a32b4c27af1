import { type Command, Option } from 'commander';
import { FAMILIES } from '../../../functions/core/series/source.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { Context } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';
import { addAudit } from './audit.ts';
import { cancelJob, type JobsOptions, listJobs, showJob } from './jobs.ts';
import { addPlan, plan } from './plan.ts';
import { type ReportOptions, report } from './report.ts';
import { listSeries, type SeriesOptions } from './series.ts';
import { addTrigger, trigger } from './trigger.ts';
import { type UnfollowOptions, unfollow } from './unfollow.ts';

export function addBackfill(program: Command, context: Context, handle: Handle): void {
  const backfill = program.command('backfill').description('fill the warehouse, and see how full it is');
  addFamilies(backfill, context, handle);
  backfill
    .command('report')
    .description('earliest, latest, rows and gaps of every series')
    .addOption(options.sourcesOption('only these families or sources: klines, klines_spot'))
    .addOption(options.symbolsOption('only these symbols'))
    .option('--gaps', 'list every gap with its cause')
    .option('--fail-on-gaps', 'exit 1 where a series has a gap')
    .option('--json', 'print one JSON document')
    .action(handle((given: ReportOptions) => report(context, given)));
  addAudit(backfill, context, handle);
  backfill
    .command('jobs')
    .description('list jobs: by default those queued or running')
    .option('--status <list>', 'such as failed,completed_with_gaps', options.statuses)
    .addOption(options.sourcesOption('only these families'))
    .option('--all', 'jobs of every status, but the runs of schedules that succeeded')
    .option(
      '--origin <list>',
      'by whom: order,schedule,audit; all has every run of schedules',
      options.origins,
    )
    .option('--limit <n>', 'the newest n', options.wholeNumber, 50)
    .addOption(new Option('--watch', 'show how they get on until Ctrl-C').conflicts('json'))
    .option('--json', 'print one JSON document')
    .action(handle((given: JobsOptions) => listJobs(context, given)));
  backfill
    .command('job')
    .description('one job: progress, rate, failures with their causes')
    .argument('<id>', 'as trigger and jobs print it')
    .option('--wait', 'show progress until it has ended')
    .option('--json', 'print one JSON document')
    .action(handle((id: string, given: { json?: boolean; wait?: boolean }) => showJob(context, id, given)));
  backfill
    .command('series')
    .description('what is requested, since when, at which pace it is kept current')
    .addOption(options.sourcesOption('only these families or sources: klines, klines_spot'))
    .addOption(options.symbolsOption('only these symbols'))
    .option('--json', 'print one JSON document')
    .action(handle((given: SeriesOptions) => listSeries(context, given)));
  backfill
    .command('unfollow')
    .description('withdraw orders: no schedule orders these series any more; rows stay')
    .argument('<source>', 'a family or source: klines, klines_spot')
    .addOption(options.symbolsOption('with commas between them').makeOptionMandatory())
    .option('--timeframe <step>', 'only this grid; default: all', options.timeframe)
    .option('--purge', 'delete the rows too, with their spans and findings')
    .option('--yes', 'do not ask before a purge: for scripts')
    .option('--json', 'print one JSON document')
    .action(handle((source: string, given: UnfollowOptions) => unfollow(context, source, given)));
  backfill
    .command('cancel')
    .description('stop a job; the rows that it wrote are kept')
    .argument('<id>', 'as trigger and jobs print it')
    .action(handle((id: string) => cancelJob(context, id)));
}

/** A command for each family and, not shown, for each single source and for families that only a newer API knows. */
function addFamilies(backfill: Command, context: Context, handle: Handle): void {
  const known = Object.values(sources);
  const families = new Set<string>(known.map(({ family }) => family));
  const words = new Set<string>([...families, ...known.map(({ id }) => id), ...FAMILIES]);
  for (const word of words) {
    const members = known.filter(({ family, id }) => family === word || id === word);
    const family = backfill
      .command(word, { hidden: !families.has(word) })
      .description(members.map(({ title }) => title).join(', ') || word);
    const single = members.map(({ id }) => id).filter((id) => id !== word);
    if (single.length > 0)
      family.addHelpText('after', `\nOne of them alone: gordon-data backfill ${single[0]} trigger`);
    addTrigger(
      family,
      context.terminal,
      handle((given) => trigger(context, word, given)),
    );
    addPlan(
      family,
      context.terminal,
      handle((given) => plan(context, word, given)),
    );
  }
}
