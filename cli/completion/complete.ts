import type { Argument, Command, Option } from 'commander';

/** A word that may come next. */
export interface Candidate {
  readonly word: string;
  /** what it is, for shells that show it */
  readonly about?: string;
}

/** The words that a kind of value may have. `kind` is the name of an option or argument: `symbols`, `timeframe`, `id`. */
export type ValuesOf = (kind: string, path: readonly string[]) => Promise<readonly Candidate[]>;

/**
 * What may stand where the cursor is.
 * @param words of the command line behind the program's name; the last one is the word that is being typed, perhaps empty
 */
export async function complete(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<readonly Candidate[]> {
  // Bash takes `--from=2025` apart at the `=`.
  const [typed = '', ...before] = words.filter((word) => word !== '=').toReversed();
  const last = words.at(-1) === '=' ? '' : typed;
  const earlier = words.at(-1) === '=' ? [typed, ...before] : before;
  const { command, path, option, position } = placeOf(program, earlier.toReversed());
  const [, flag, value] = /^(--[\w-]+)=(.*)$/.exec(last) ?? [];
  const named = flag === undefined ? option : valued(command, flag);
  if (named) {
    const found = await optionValues(named, value ?? last, path, valuesOf);
    return flag === undefined ? found : found.map((one) => ({ ...one, word: `${flag}=${one.word}` }));
  }
  if (last.startsWith('-')) return starting(flagsOf(command), last);
  const names = command.createHelp().visibleCommands(command);
  const commands = position === 0 ? names.map((one) => ({ word: one.name(), about: one.description() })) : [];
  const argument = command.registeredArguments[position];
  const values = argument ? await argumentValues(argument, path, valuesOf) : [];
  return starting([...commands, ...values], last);
}

interface CommandPlace {
  readonly command: Command;
  /** names of the commands that lead there */
  readonly path: readonly string[];
  /** whose value comes next */
  readonly option: Option | undefined;
  /** arguments that were given already */
  readonly position: number;
}

/** Where the words before the cursor lead. */
function placeOf(program: Command, words: readonly string[]): CommandPlace {
  let [command, option, position]: [Command, Option | undefined, number] = [program, undefined, 0];
  const path: string[] = [];
  for (const word of words) {
    if (option) option = undefined;
    else if (word.startsWith('-')) option = valued(command, word);
    else {
      const next = position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next) path.push(word);
      command = next ?? command;
      position = next ? 0 : position + 1;
    }
  }
  return { command, path, option, position };
}

/** The option of that name if a value follows it. */
const valued = (command: Command, flag: string): Option | undefined =>
  command.options.find(
    ({ short, long, required, optional }) => (short === flag || long === flag) && (required || optional),
  );

const flagsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, description }) => ({ word: long!, about: description }));

/** In a list, the word behind the last comma is completed. */
async function optionValues(
  option: Option,
  typed: string,
  path: readonly string[],
  valuesOf: ValuesOf,
): Promise<Candidate[]> {
  const known =
    option.argChoices?.map((word) => ({ word })) ?? (await valuesOf(option.attributeName(), path));
  const comma = option.flags.includes('<list>') ? typed.lastIndexOf(',') + 1 : 0;
  const head = typed.slice(0, comma);
  const used = new Set(head.split(','));
  const rest = known.filter(({ word }) => !used.has(word));
  return starting(rest, typed.slice(comma)).map((one) => ({ ...one, word: head + one.word }));
}

const argumentValues = async (
  argument: Argument,
  path: readonly string[],
  valuesOf: ValuesOf,
): Promise<readonly Candidate[]> =>
  argument.argChoices?.map((word) => ({ word })) ?? valuesOf(argument.name(), path);

const starting = (all: readonly Candidate[], typed: string): Candidate[] =>
  all.filter(({ word }) => word.startsWith(typed));
