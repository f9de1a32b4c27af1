import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildResult } from 'esbuild';

export interface File {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The console's files by their path. */
export type Page = (path: string) => Promise<File | undefined>;

const WEB = new URL('../web/', import.meta.url);

const STATIC: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/console/app.css': { file: 'app.css', type: 'text/css; charset=utf-8' },
  '/console/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};
const SCRIPT = '/console/app.js';

/** No script, style or request but our own; nothing inline; no frame around it. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // A newer program must never run with an older page.
  'cache-control': 'no-cache',
};

/** Bundled when somebody first asks, so that a host which nobody looks at does not pay for it. */
export function consolePage(): Page {
  let script: Promise<Uint8Array> | undefined;
  return async (path) => {
    const known = STATIC[path];
    if (known) return { type: known.type, body: readFileSync(new URL(known.file, WEB)) };
    if (path !== SCRIPT) return undefined;
    script ??= bundle();
    try {
      return { type: 'text/javascript; charset=utf-8', body: await script };
    } catch (error) {
      script = undefined;
      throw error;
    }
  };
}

/** The page's modules as one file. @throws esbuild's BuildFailure */
export async function bundle(): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result: BuildResult<{ write: false }> = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', WEB))],
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', logLevel: 'silent' },
    legalComments: 'inline',
  });
  return result.outputFiles[0]!.contents;
}
