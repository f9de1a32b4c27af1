import { readFile } from 'node:fs/promises';

export interface File {
  readonly type: string;
  /** the same object for as long as the file is the same */
  readonly body: Uint8Array;
}

/** The console's files by their path. */
export type Page = (path: string) => Promise<File | undefined>;

const WEB = new URL('../web/', import.meta.url);
/** The bundled files in an installed package, by their names; a clone has none. */
const BUILT = new URL('../built/', import.meta.url);

const STATIC: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/console/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};
export const BUNDLED: Readonly<Record<string, { readonly entry: string; readonly type: string }>> = {
  '/console/app.js': { entry: 'main.tsx', type: 'text/javascript; charset=utf-8' },
  '/console/app.css': { entry: 'app.css', type: 'text/css; charset=utf-8' },
};

/** No script, style or request but our own; nothing inline; no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
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

/** Bundled at the first request, so that a host without visitors does not pay for it. */
export function consolePage(): Page {
  const bundles = new Map<string, Promise<Uint8Array>>();
  const texts = new Map<string, Uint8Array>();
  return async (path) => {
    const known = Object.hasOwn(STATIC, path) ? STATIC[path] : undefined;
    if (known) {
      const body = texts.get(path) ?? (await readFile(new URL(known.file, WEB)));
      texts.set(path, body);
      return { type: known.type, body };
    }
    const made = Object.hasOwn(BUNDLED, path) ? BUNDLED[path] : undefined;
    if (!made) return undefined;
    const body = bundles.get(path) ?? bundled(path, made.entry);
    bundles.set(path, body);
    try {
      return { type: made.type, body: await body };
    } catch (error) {
      bundles.delete(path);
      throw error;
    }
  };
}

async function bundled(path: string, entry: string): Promise<Uint8Array> {
  try {
    return await readFile(new URL(path.slice(path.lastIndexOf('/') + 1), BUILT));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
  const { bundle } = await import('./bundle.ts');
  return bundle(entry);
}
