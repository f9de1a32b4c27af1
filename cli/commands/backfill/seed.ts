import { type Command, Option } from 'commander';
import { addressOf } from '../../../functions/routes.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { Api } from '../../api/client.ts';
import { badInput, CliError } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { SIMULATED } from '../../format/report.ts';
import { seedTable } from '../../format/seed.ts';
import { findings, hostsToReach, isOwnHost, reachAll } from '../../seed/reachability.ts';
import {
  cutOff,
  declined,
  hasFailed,
  type Ordered,
  orderStage,
  type StageResult,
  showStage,
} from '../../seed/run-stage.ts';
import { type SeedFlags, type SeedSettings, seedSettings } from '../../seed/settings.ts';
import { type Stage, stages, wordOf } from '../../seed/stages.ts';
import { say } from '../../terminal.ts';
import { acceptsFredTerms, isFred, NOT_ACCEPTED } from '../../terms/fred-terms.ts';
import { type Context, print } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';
import { report } from './report.ts';

export function addSeed(program: Command, context: Context, handle: Handle): void {
  const words = stages.map(wordOf);
  program
    .command('seed')
    .description('fill the warehouse family by family, and report')
    .option('--from <time>', 'first instant (FROM_DATE); default: a year ago', options.time(context.terminal))
    .option(
      '--to <time>',
      'end of the range, exclusive (TO_DATE); default: now',
      options.time(context.terminal),
    )
    .addOption(options.symbolsOption('commas between them (SYMBOLS)'))
    .addOption(
      new Option('--skip <list>', `leave families or sources out: ${words.join(',')}`).argParser(
        options.oneOfEach(words),
      ),
    )
    .option(
      '--demo',
      'candles too, and the year until last midnight, so that every run of a day loads the same',
    )
    .addHelpText('after', seedHelp)
    .action(handle((given: SeedFlags) => seed(context, given)));
}

const seedHelp = `
Environment, where no option says otherwise:
  FROM_DATE, TO_DATE, SYMBOLS
  ${[...new Set(stages.map(({ skip }) => `${skip}=1`))].join(', ')} (candles are of --demo alone)
  GORDON_ACCEPT_FRED_TERMS=1   accepts the terms of FRED, which macro loads from; a terminal asks

Examples:
  gordon-data seed
  FROM_DATE=2025-01-01 SYMBOLS=BTCUSDT SKIP_FUNDING=1 gordon-data seed`;

/** @param url of the jobs API, which also serves the console */
const nextSteps = (url: string): string[] => [
  'The stack goes on running, and its schedules keep it complete: a row that you delete is back within two minutes.',
  'What to try next:',
  `  ${url}/   the console, in a browser: coverage, jobs, series, health`,
  `  curl ${url}${addressOf('report').path}`,
  `  curl -X POST ${url}${addressOf('createJob').path} -d '{"source":"klines","symbols":["SOLUSDT"],"from":"2025-06-01","to":"2025-07-01"}'`,
  `  curl ${url}${addressOf('listJobs').path}`,
  '  gordon-data sql "select * from market_data.spot_klines order by open_time desc limit 5"',
  '  gordon-data backfill klines trigger --symbols SOLUSDT --from 2025-01-01 --wait',
  '  make demo       # again: fetches nothing that is there',
  '  make dev-down   # stops the stack; data are kept',
];

/** Fills the warehouse, all families at once. @returns the exit code: 0 when every stage succeeded */
async function seed(context: Context, flags: SeedFlags): Promise<number> {
  const settings = seedSettings(flags, context.terminal.env, context.terminal.clock());
  if (settings.stages.length === 0) throw badInput('every stage is left out: nothing to do');
  const api = context.api();
  // Also finds out, before anything is announced, whether the API is there.
  const { simulated } = await api.call('health');
  if (simulated) print(context, context.paint('yellow', SIMULATED));
  const unreachable = simulated ? [] : await stagesWithoutVenue(context, api, settings.stages);
  const early = new Map(unreachable.map((stage) => [stage, cutOff(stage)]));
  const fred = settings.stages.find((stage) => isFred(wordOf(stage)) && !early.has(stage));
  if (fred && !(await acceptsFredTerms(context, api))) early.set(fred, declined(fred, NOT_ACCEPTED));
  const { from, to, symbols } = settings;
  print(context, `seeding ${from} to ${to ?? 'now'}, ${symbols?.join(', ') ?? 'the default symbols'}`);
  const results = await runStages(context, api, settings, early);
  print(context, '', ...seedTable(results, context.terminal.clock(), context), '');
  await report(context, {});
  if (flags.demo) print(context, '', ...nextSteps(api.url));
  return results.some(hasFailed) ? 1 : 0;
}

/**
 * Looks, before anything is ordered, which of the venues' hosts answer, and says once of each that does not. Only for the
 * host of this machine: whether another one reaches them cannot be seen from here.
 * @returns the stages that reach no host at all
 * @throws CliError when no stage reaches one
 */
async function stagesWithoutVenue(
  context: Context,
  api: Api,
  stages: readonly Stage[],
): Promise<readonly Stage[]> {
  const host = context.runningHost();
  if (!host || !isOwnHost(api.url, host)) return [];
  const contacts = hostsToReach(stages, sources, host.venueHosts ?? {}, host.venueKeys ?? []);
  const { lines, without, isCutOff } = findings(stages, sources, await reachAll(contacts));
  say(context.terminal.err, ...lines.map((line) => `gordon-data: ${line}`));
  if (!isCutOff) return without;
  throw new CliError(
    'no venue can be reached, and nothing was ordered. Check DNS, firewall and proxy (HTTPS_PROXY with ' +
      'NODE_USE_ENV_PROXY=1): `gordon-data doctor` tries each venue. `make demo` works without the internet.',
  );
}

/**
 * Orders everything first and then shows one stage after the other. Most of them wait for the limits of a venue of their own,
 * and a machine that waits can load klines meanwhile.
 * @param known the stages whose outcome is known before anything is ordered
 */
async function runStages(
  context: Context,
  api: Api,
  settings: SeedSettings,
  known: ReadonlyMap<Stage, Ordered>,
): Promise<StageResult[]> {
  using stop = stopOn(context.terminal);
  const early = new Map<Stage, Ordered>();
  for (const stage of settings.stages) {
    const outcome = known.get(stage);
    if (outcome) early.set(stage, outcome);
    else if (!stage.afterOthers) early.set(stage, await orderStage(context, api, stage, settings));
  }
  const results: StageResult[] = [];
  const late = settings.stages.filter((stage) => !early.has(stage));
  for (const stage of [...early.keys(), ...late]) {
    const ordered = early.get(stage) ?? (await orderStage(context, api, stage, settings));
    results.push(await showStage(context, api, wordOf(stage), ordered, stop));
  }
  return results;
}
