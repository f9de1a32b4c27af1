import { fileURLToPath } from 'node:url';
import type { BuildResult } from 'esbuild';

const WEB = new URL('../web/', import.meta.url);

/** A module or style sheet of the page with all that it imports, as one file. @throws esbuild's BuildFailure */
export async function bundle(entry: string): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result: BuildResult<{ write: false }> = await build({
    entryPoints: [fileURLToPath(new URL(entry, WEB))],
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    legalComments: 'inline',
  });
  return result.outputFiles[0]!.contents;
}
