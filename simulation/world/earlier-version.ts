import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Bundle } from './handlers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = 'simulation/world/handlers.ts';
const SOURCES = 'functions/sources/index.ts';
const DEFINITION = 'statemachines/backfill.asl.json';

/**
 * The functions and the state machine of an earlier version, built from its commit, for runs in which the present version is deployed while jobs are at work.
 * @returns why there are none, where the clone does not have the commit or it is older than the simulation
 */
export async function earlierVersion(commit: string): Promise<Bundle | string> {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', args, { cwd: ROOT, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    git('cat-file', '-e', `${commit}:${ENTRY}`);
  } catch {
    return `${commit} is not in this clone, or has no ${ENTRY}`;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gordon-earlier-'));
  try {
    execFileSync('tar', ['-x', '-C', folder], {
      input: git('archive', commit, 'functions', 'simulation', 'simulator', 'statemachines'),
    });
    const outfile = join(folder, 'bundle.mjs');
    const entry = join(folder, 'entry.ts');
    writeFileSync(entry, `export { bundle } from './${ENTRY}';\nexport { sources } from './${SOURCES}';\n`);
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      nodePaths: [join(ROOT, 'node_modules')],
      logLevel: 'silent',
    });
    const built = (await import(pathToFileURL(outfile).href)) as Pick<Required<Bundle>, 'sources'> & {
      readonly bundle: Bundle;
    };
    // An error of a source is known by its class, so a version works with sources of its own.
    return {
      ...built.bundle,
      sources: built.sources,
      definition: git('show', `${commit}:${DEFINITION}`).toString(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
