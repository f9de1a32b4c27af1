import { spawn } from 'node:child_process';
import { GordonError } from '../functions/core/errors/errors.ts';

const OUTPUT_SHOWN = 2_000;

/**
 * Runs a program to its end. @returns what it printed on its standard output
 * @throws GordonError `program-failed` with the end of its output
 */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const subject = `${program} ${args[0] ?? ''}`.trim();
  const failed = (why: string, output: string, cause?: unknown) =>
    new GordonError({
      code: 'program-failed',
      subject,
      cause,
      message: `${why}. Its output ends with:\n${output.trim().slice(-OUTPUT_SHOWN)}`,
    });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, all] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
      all += text;
    });
    child.stderr.on('data', (text) => {
      all += text;
    });
    child.on('error', (error) => reject(failed('it could not be started', all, error)));
    child.on('close', (code, signal) =>
      code === 0 ? resolve(out) : reject(failed(`it ended with ${code ?? signal}`, all)),
    );
  });
}
