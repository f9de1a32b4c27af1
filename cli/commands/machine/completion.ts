import { Argument, type Command } from 'commander';
import { JOB_STATUSES } from '../../../functions/core/jobs/job.ts';
import { sourcesToOrder, sourceWords } from '../../../functions/core/series/names/named-sources.ts';
import { STEPS } from '../../../functions/core/time/timeframe.ts';
import { sources } from '../../../functions/sources/index.ts';
import { probedVenues } from '../../../functions/sources/probe/index.ts';
import { type Candidate, complete, type ValuesOf } from '../../completion/complete.ts';
import { SCRIPTS, type Shell } from '../../completion/scripts.ts';
import { CliError } from '../../failure.ts';
import { orderLine } from '../../format/job.ts';
import { stages, wordOf } from '../../seed/stages.ts';
import { say } from '../../terminal.ts';
import type { Context } from '../context.ts';
import type { Handle } from '../handle.ts';

export function addCompletion(program: Command, context: Context, handle: Handle): void {
  const { out } = context.terminal;
  program
    .command('completion')
    .description('print what makes your shell complete these commands')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action(
      handle(async (shell: Shell) => {
        say(out, SCRIPTS[shell]);
        return 0;
      }),
    );
  program
    .command('complete', { hidden: true })
    .description('the words that may come next; completion scripts call it')
    .argument('[words...]')
    .action(
      handle(async (words: string[]) => {
        const found = await complete(program, words, valuesFrom(context));
        say(out, ...found.map(({ word, about = '' }) => `${word}\t${about.replace(/\s+/g, ' ')}`));
        return 0;
      }),
    );
}

const HELP = `
Examples:
  eval "$(gordon-data completion bash)"       in ~/.bashrc
  eval "$(gordon-data completion zsh)"        in ~/.zshrc, after compinit
  gordon-data completion fish | source        in ~/.config/fish/config.fish`;

const plain = (words: readonly string[]): Candidate[] => words.map((word) => ({ word }));

const TIMES: readonly Candidate[] = [
  { word: 'now' },
  { word: 'today', about: 'last midnight, UTC' },
  { word: 'yesterday', about: 'the midnight before' },
  { word: '-1d', about: 'a day ago' },
  { word: '-7d', about: 'a week ago' },
  { word: '-30d', about: '30 days ago' },
  { word: '-1y', about: 'a year ago' },
];

/** Values that are known without the warehouse. */
const FIXED: Readonly<Record<string, () => readonly Candidate[]>> = {
  sources: () => plain(sourceWords(sources)),
  source: () => plain(sourceWords(sources)),
  list: () =>
    plain([...new Set(Object.values(sources).map(({ table }) => table.name)), ...sourceWords(sources)]),
  timeframe: () => plain(Object.keys(STEPS)),
  status: () => plain(JOB_STATUSES),
  from: () => TIMES,
  to: () => TIMES,
  before: () => TIMES,
  skip: () => plain(stages.map(wordOf)),
  venue: () => plain(probedVenues),
};

/** Jobs that are worth completing. */
const NEWEST_JOBS = 20;

/** Symbols and jobs come from the API. Without one there is nothing to complete, which is no reason to complain at each key. */
function valuesFrom(context: Context): ValuesOf {
  return async (kind, path) => {
    try {
      if (kind === 'symbols') return await symbols(context, path);
      if (kind === 'id' || kind === 'job') return await jobs(context);
    } catch (error) {
      if (error instanceof CliError) return [];
      throw error;
    }
    return FIXED[kind]?.() ?? [];
  };
}

/** What the warehouse has, and what the sources of the command's family load by default. */
async function symbols(context: Context, path: readonly string[]): Promise<Candidate[]> {
  const word = path.find((one) => sourceWords(sources).includes(one));
  const own = word === undefined ? [] : sourcesToOrder(sources, word);
  const known = await context.api().call('listSeries', { query: word ? { source: word } : {} });
  const all = [...known.map(({ symbol }) => symbol), ...own.flatMap(({ defaultSymbols }) => defaultSymbols)];
  return plain([...new Set(all)].toSorted());
}

async function jobs(context: Context): Promise<Candidate[]> {
  const page = await context.api().jobs({ status: 'all', limit: NEWEST_JOBS });
  return page.jobs.map((job) => ({ word: job.id, about: `${job.status}: ${orderLine(job)}` }));
}
