/** `node packaging/release-notes.ts v0.1.0`: prints what the changelog says of a version. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notesOf } from './changelog.ts';
import { rootManifest } from './manifest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
try {
  process.stdout.write(`${notesOf(changelog, process.argv[2] ?? '', rootManifest(root).version)}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
