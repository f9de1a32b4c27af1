import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { bundle } from '../console/serve/bundle.ts';
import { BUNDLED } from '../console/serve/page.ts';
import { packageManifest, rootManifest } from './manifest.ts';
import { reachedModules } from './modules.ts';
import { noticesOf } from './notices.ts';

/** Taken as they are. */
const COPIED = [
  'sql',
  'statemachines/backfill.asl.json',
  'console/web/index.html',
  'console/web/icon.svg',
  'compose.yaml',
  'README.md',
  'RUNBOOK.md',
  'CHANGELOG.md',
  'LICENSE',
] as const;

/** Packages that are part of the bundled page, and so of ours. */
const IN_THE_PAGE = ['preact', 'lightweight-charts', 'fancy-canvas'];

/**
 * Builds the npm package: each module as JavaScript at its place, because Node.js strips no types below `node_modules`; the
 * page bundled; the files that the program reads; a manifest with the packages that it imports, and no others.
 * @param to emptied first
 */
export async function buildPackage(root: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  const write = (file: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), content);
  };
  const { files, packages } = await reachedModules(root);
  for (const file of files) {
    if (file.endsWith('.json')) write(file, readFileSync(join(root, file)));
    else write(javascriptOf(file), await compiled(join(root, file)));
  }
  for (const [path, { entry }] of Object.entries(BUNDLED)) {
    write(`console/built/${path.slice(path.lastIndexOf('/') + 1)}`, await bundle(entry));
  }
  for (const file of COPIED) cpSync(join(root, file), join(to, file), { recursive: true });
  write('bin/gordon-data', readFileSync(join(root, 'packaging/launcher.cjs')));
  chmodSync(join(to, 'bin/gordon-data'), 0o755);
  // The launcher is CommonJS, the rest is not.
  write('bin/package.json', '{ "type": "commonjs" }\n');
  write('THIRD_PARTY_NOTICES.txt', noticesOf(root, IN_THE_PAGE));
  write('package.json', `${JSON.stringify(packageManifest(rootManifest(root), packages), null, 2)}\n`);
}

const javascriptOf = (file: string): string => file.replace(/\.tsx?$/, '.js');

/** Node.js 22 knows no `using`; imports, and the names of modules that are started, end in `.js`. */
async function compiled(file: string): Promise<string> {
  const source = readFileSync(file, 'utf8').replace(/\.ts(?=['`])/g, '.js');
  const { code } = await transform(source, {
    loader: 'ts',
    format: 'esm',
    target: 'node22',
    sourcefile: file,
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    legalComments: 'none',
  });
  return code;
}
