import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Argument, type Command } from 'commander';
import { baseUrl } from '../../api/base-url.ts';
import { CliError } from '../../failure.ts';
import { type Context, print } from '../context.ts';
import type { Handle } from '../handle.ts';

/** The console's pages, as their addresses name them. */
const PAGES = ['coverage', 'jobs', 'series', 'health'] as const;

export function addOpen(program: Command, context: Context, handle: Handle): void {
  program
    .command('open')
    .description('open the console of this machine in the browser')
    .addArgument(new Argument('[page]', 'where to begin').choices(PAGES).default('coverage'))
    .option('--print', 'print the address instead')
    .action(handle((page: string, given: { print?: boolean }) => open(context, page, given.print)));
}

async function open(context: Context, page: string, printed = false): Promise<number> {
  const { url, caller } = baseUrl(context.terminal.env, context.runningHost());
  if (caller) throw new CliError(`${url} has no console of its own: \`gordon-data console\` serves one here`);
  const address = `${url}/#/${page}`;
  if (printed) {
    print(context, address);
    return 0;
  }
  const command = context.terminal.env.BROWSER ?? OPENERS[process.platform] ?? 'xdg-open';
  if (await opened(command, address)) print(context, `${address} is open in the browser`);
  else print(context, `no browser could be started (${command}): open ${address}`);
  return 0;
}

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' };

/** Whether the program took the address. What it then shows is its own affair. */
async function opened(command: string, address: string): Promise<boolean> {
  const child = spawn(command, [address], { stdio: 'ignore', detached: true });
  try {
    await once(child, 'spawn');
  } catch {
    return false;
  }
  child.unref();
  return true;
}
