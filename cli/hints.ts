import { basename, delimiter, dirname, isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How the program was started. */
export interface Invocation {
  /** the script as the shell found it, links not followed; without one it is `bin/gordon-data` of the clone */
  readonly script?: string | undefined;
  /** the value of PATH */
  readonly path: string;
  readonly cwd: string;
  /** the clone */
  readonly root?: string;
}

/** A text that names commands, with each as it works where the user is. */
export type Hint = (text: string) => string;

/** Commands that texts name. A test compares them with the program's own. */
export const COMMANDS =
  'backfill backup complete completion console convert-labels data doctor down export fleet keys logs mcp migrate open probe restore retention roles seed service sizes sql status universe up upgrade verify'.split(
    ' ',
  );

/** What a target of the Makefile runs: `make` finds it in the clone alone. */
const TARGETS: Readonly<Record<string, string>> = {
  demo: 'gordon-data up --demo && gordon-data seed --demo',
  'dev-up': 'gordon-data up',
  'dev-down': 'gordon-data down',
  'dev-seed': 'gordon-data seed',
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = new RegExp(`(?<![\\w./-])(?:bin/)?gordon-data(?= (?:${COMMANDS.join('|')})\\b)`, 'g');
const TARGET = new RegExp(`\\bmake (${Object.keys(TARGETS).join('|')})(?![\\w-])`, 'g');

/**
 * All texts name commands as `gordon-data status` and `make dev-up`. What is printed has them as they work for this user:
 * `gordon-data` where it was found on the PATH, else the path to it, and outside the clone no target of its Makefile.
 */
export function hintsFor(invocation: Invocation): Hint {
  const { cwd, root = ROOT } = invocation;
  const name = commandName(invocation);
  const inClone = resolve(cwd) === resolve(root);
  return (text) => {
    const commands = inClone ? text : text.replace(TARGET, (_, target: string) => TARGETS[target]!);
    return commands.replace(COMMAND, () => name);
  };
}

function commandName({ script, path, cwd, root = ROOT }: Invocation): string {
  // `node cli/gordon-data.ts` and `npm run` start the program without its launcher.
  const launcher =
    script && basename(script) === 'gordon-data' ? resolve(cwd, script) : resolve(root, 'bin', 'gordon-data');
  const isOnPath = path
    .split(delimiter)
    .some((folder) => folder && resolve(cwd, folder) === dirname(launcher));
  if (isOnPath) return 'gordon-data';
  const near = relative(cwd, launcher);
  if (near.startsWith('..') || isAbsolute(near)) return quoted(launcher);
  return quoted(near.includes('/') ? near : `./${near}`);
}

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./@%+,:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
