import { type Context, contextFor } from './commands/context.ts';
import { endingOf } from './failure.ts';
import { buildProgram } from './program.ts';
import { say, type Terminal } from './terminal.ts';

/**
 * Runs one command line.
 * @param args without node and script
 * @returns the exit code: 0 it succeeded; 1 it failed; 2 the input was invalid; 130 interrupted
 */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  context: Context = contextFor(terminal),
): Promise<number> {
  let code = 0;
  const program = buildProgram(context, (is) => {
    code = is;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const { exitCode, message } = endingOf(error);
    if (message !== undefined) say(terminal.err, `gordon-data: ${terminal.hint(message)}`);
    return exitCode;
  }
}
