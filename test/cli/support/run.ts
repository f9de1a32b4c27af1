import { contextFor } from '../../../cli/commands/context.ts';
import { run } from '../../../cli/main.ts';
import type { Accepted } from '../../../cli/terms/terms-file.ts';
import type { StateFile } from '../../../host/os/state-file.ts';
import type { HostState } from '../../../host/state-file.ts';
import { type FakeTerminal, type FakeTerminalOptions, fakeTerminal } from './fake-terminal.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends FakeTerminalOptions {
  readonly api?: string;
  /** the embedded host that this machine seems to have; defaults to none */
  readonly host?: HostState;
  readonly terminal?: FakeTerminal;
  /** defaults to a file that nothing was written to */
  readonly terms?: StateFile<Accepted>;
}

/** Runs one command line in process. */
export async function gordon(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { ...(options.api && { GORDON_API_URL: options.api }), ...options.env };
  const terminal = options.terminal ?? fakeTerminal({ ...options, env });
  const code = await run(
    args,
    terminal,
    contextFor(terminal, () => options.host, options.terms ?? noTerms()),
  );
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

/** What the user accepted, in memory. */
export function noTerms(): StateFile<Accepted> {
  let accepted: Accepted | undefined;
  return {
    read: () => accepted,
    write: (state) => {
      accepted = state;
    },
    clear: () => {
      accepted = undefined;
    },
  };
}
