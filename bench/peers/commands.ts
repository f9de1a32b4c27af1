import { spawnSync } from 'node:child_process';

/** Those that this machine has no command of. */
export const lacking = (commands: readonly string[]): readonly string[] =>
  commands.filter((command) => said('sh', ['-c', `command -v ${command}`]) === undefined);

/** The first line of what a command prints; undefined: it fails or there is none. */
export function said(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** Nothing that is measured may hold the bench for longer. */
export const PATIENCE_MS = 120_000;
