import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** An interpreter that has the packages of `python/requirements-ci.txt`; without it the tests that need them are skipped. */
export const PYTHON = process.env.GORDON_TEST_PYTHON;

/** Runs the interpreter. @throws Error with all that it printed */
export async function python(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(PYTHON!, args, {
    cwd,
    // Modules are compiled once for all processes, and not into the checkout.
    env: { ...process.env, PYTHONPYCACHEPREFIX: join(tmpdir(), 'gordon-pycache'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`python ${args.join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}
