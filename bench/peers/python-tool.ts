import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonPackages } from '../../localstack/install.ts';
import { run } from '../../localstack/run.ts';
import { findPython } from '../../localstack/tools.ts';
import { PATIENCE_MS } from './commands.ts';
import type { Missing, Outcome, Peer, Place, Testbed } from './peer.ts';

interface PythonTool extends Pick<Peer, 'name' | 'to' | 'leavesOut' | 'changed'> {
  /** as PyPI knows it */
  readonly package: string;
  readonly version: string;
  /** beside this file; its last line of output is an `Outcome` in JSON */
  readonly script: string;
  /** orders of the script, besides its folder; not timed, the script has its own clock */
  orders(testbed: Testbed): Promise<object>;
}

const CONSTRAINTS = join(import.meta.dirname, 'python/constraints.txt');

/** A tool of PyPI in an environment of its own, which stays. */
export function pythonTool(tool: PythonTool): Peer {
  const script = join(import.meta.dirname, 'python', tool.script);
  return {
    ...tool,
    fetches: true,
    async prepare(place) {
      const python = await interpreterOf(tool, place);
      if (typeof python !== 'string') return python;
      return {
        version: tool.version,
        run: async (testbed) => {
          const orders = JSON.stringify({ ...(await tool.orders(testbed)), folder: testbed.folder });
          const output = await run(python, [script, orders], {
            env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
            signal: AbortSignal.timeout(PATIENCE_MS),
          });
          return JSON.parse(output.trim().split('\n').at(-1)!) as Outcome;
        },
      };
    },
  };
}

async function interpreterOf(tool: PythonTool, place: Place): Promise<string | Missing> {
  const what = `${tool.package}==${tool.version}`;
  const folder = join(place.folder, tool.package);
  const stamp = join(folder, 'installed');
  const print = createHash('sha256').update(what).update(readFileSync(CONSTRAINTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return join(folder, 'venv/bin/python');
  if (!place.mayInstall) return { missing: 'not installed: PEERS=1 brings it from PyPI' };
  const python = findPython();
  if (!python) return { missing: 'there is no Python 3.13: install it or name one in GORDON_PYTHON' };
  place.say(`Installing ${what} from PyPI into ${folder} (once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const inside = await pythonPackages(folder, python, ['--constraints', CONSTRAINTS, what]);
  // The last thing: an installation that was cut short has none and is made again.
  writeFileSync(stamp, print);
  return inside;
}
