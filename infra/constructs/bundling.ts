import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync } from 'esbuild';
import { entryOf, type FunctionSpec, reachesDatabase } from '../../functions/function-spec.ts';

/** The folder of package-lock.json. The entries' paths are relative to it. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What CommonJS packages inside an ES module still require. */
const COMMONJS =
  "import{createRequire}from'node:module';import{fileURLToPath as toPath}from'node:url';" +
  "const require=createRequire(import.meta.url),__dirname=toPath(new URL('.',import.meta.url));";

/** The operator's CAs, in the folder of each function that logs in to the database. */
export const CA_FILE = 'database-ca.pem';

export interface Bundles extends Disposable {
  /** the folder of a function, copied into the assembly when a function is made of it */
  codeOf(spec: FunctionSpec): Code;
}

/**
 * One minified ES module for each function, the AWS SDK included: what is deployed is the version that was tested. One run of
 * esbuild makes them all; a run for each takes a second and more of a processor, most of it starting. Where the stack is not to be
 * bundled, the modules are empty, and functions share a folder.
 * @param databaseCa a file of certificates that functions trust which log in to the database
 */
export function bundle(scope: IConstruct, specs: readonly FunctionSpec[], databaseCa?: string): Bundles {
  // Within the project and always equally deep, so that the paths in the source maps, and with them the hashes, stay the same.
  const parent = join(ROOT, '.gordon');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bundles-'));
  const bundled = Stack.of(scope).bundlingRequired;
  const trusts = (spec: FunctionSpec): boolean => databaseCa !== undefined && reachesDatabase(spec);
  const folderOf = (spec: FunctionSpec): string =>
    join(folder, bundled ? spec.handler : trusts(spec) ? 'trusting' : 'empty');
  for (const spec of specs) {
    mkdirSync(folderOf(spec), { recursive: true });
    if (databaseCa && trusts(spec)) copyFileSync(databaseCa, join(folderOf(spec), CA_FILE));
  }
  if (bundled) {
    build(folder, specs);
    for (const spec of specs.filter(({ onDeploy }) => onDeploy))
      cpSync(join(ROOT, 'sql'), join(folderOf(spec), 'sql'), { recursive: true });
  }
  return {
    codeOf: (spec) => Code.fromAsset(folderOf(spec)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function build(folder: string, specs: readonly FunctionSpec[]): void {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: specs.map((spec) => ({ in: entryOf(spec), out: `${spec.handler}/index` })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    banner: { js: COMMONJS },
  });
}
