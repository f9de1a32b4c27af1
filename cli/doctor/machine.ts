import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeError } from '../../functions/core/errors/errors.ts';
import { findBinaries, programOf } from '../../host/cluster/binaries.ts';
import { few, plural } from '../format/values.ts';
import type { Terminal } from '../terminal.ts';
import { broken, type Diagnosis, note, ok } from './diagnosis.ts';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A clone has its types stripped by Node 24; an installed package has none. */
const OLDEST_NODE = import.meta.url.endsWith('.ts') ? 24 : 22;

export function nodeVersion(version: string = process.version): Diagnosis {
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  if (major >= OLDEST_NODE) return ok(`Node ${version.slice(1)}`);
  return broken(
    `Node ${version.slice(1)} is too old`,
    `Run bin/gordon-data, which brings Node ${OLDEST_NODE} with it.`,
  );
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Whether what is installed is what package.json pins. What only development needs may be absent. */
export function packages(root = REPOSITORY): Diagnosis {
  const { dependencies = {}, devDependencies = {} } = readManifest(join(root, 'package.json'));
  const forDevelopment = Object.entries(devDependencies).filter(
    ([name]) => installed(root, name) !== undefined,
  );
  const pins = [...Object.entries(dependencies), ...forDevelopment];
  const wrong = pins.filter(([name, pin]) => installed(root, name) !== pin).map(([name]) => name);
  if (wrong.length === 0) return ok(`${plural(pins.length, 'package')} installed as pinned`);
  return broken(`not installed as pinned: ${few(wrong, 5)}`, 'Run `npm install`.');
}

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

function installed(root: string, name: string): string | undefined {
  try {
    return readManifest(join(root, 'node_modules', name, 'package.json')).version;
  } catch {
    // Missing or damaged: `npm install` mends either.
    return undefined;
  }
}

const run = promisify(execFile);

/** Whether the PostgreSQL that npm brought runs on this machine. */
export async function postgresBinaries(env: Terminal['env']): Promise<Diagnosis> {
  // A user with a database does not need ours.
  const bad = env.GORDON_DATABASE_URL ? note : broken;
  try {
    const { stdout } = await run(programOf(findBinaries(), 'postgres'), ['--version'], { timeout: 10_000 });
    return ok(`embedded database: ${stdout.trim()}`);
  } catch (error) {
    const remedy = 'Run `npm install`, or set GORDON_DATABASE_URL to a PostgreSQL (14 or later) of your own.';
    return bad(`the embedded database does not run here: ${describeError(error)}`, remedy);
  }
}

const GIB = 2 ** 30;
/** A year of 1m candles of one market is about 80 MB with its index; PostgreSQL keeps up to 1 GB of WAL. */
const LEAST_GIB = 2;

export async function diskSpace(path = REPOSITORY): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(path);
  return diskDiagnosis((bavail * bsize) / GIB);
}

export function diskDiagnosis(freeGib: number): Diagnosis {
  const what = `disk: ${freeGib.toFixed(1)} GiB free`;
  return freeGib >= LEAST_GIB ? ok(what) : broken(what, `Make room: ${LEAST_GIB} GiB are needed at least.`);
}
