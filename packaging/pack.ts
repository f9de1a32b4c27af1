/** `npm run pack`: builds the npm package into dist/package and packs it into dist. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = process.argv[2] ?? join(root, 'dist');
const folder = join(dist, 'package');
await buildPackage(root, folder);
const [name] = execFileSync('npm', ['pack', folder, '--pack-destination', dist, '--silent'], {
  encoding: 'utf8',
}).split('\n');
const tarball = join(dist, name!);
process.stdout.write(`${tarball} ${(statSync(tarball).size / 1e6).toFixed(2)} MB\n`);
