import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Pattern {
  readonly glob: string;
  readonly regex: RegExp;
  readonly keeps: boolean;
}

/** Unlike a shell's, a star of Docker's matches names that begin with a dot. */
function regexOf(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/?|[*?])/).map((part) => {
    if (part.startsWith('**')) return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

/** The lines of a `.dockerignore`; the last one that fits a file or a folder above it decides. */
export const readIgnored = (text: string): Pattern[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ glob: line.replace(/^!/, '').replace(/\/$/, ''), keeps: line.startsWith('!') }))
    .map((one) => ({ ...one, regex: regexOf(one.glob) }));

/** Whether the builder sees a file, by its path below the root. */
export function isSent(path: string, patterns: readonly Pattern[]): boolean {
  const parts = path.split('/');
  const above = parts.map((_, end) => parts.slice(0, end + 1).join('/'));
  const last = patterns.findLast(({ regex }) => above.some((one) => regex.test(one)));
  return last?.keeps ?? true;
}

/** Copies what the builder sees of a folder. */
export function copyContext(root: string, to: string): void {
  const patterns = readIgnored(readFileSync(join(root, '.dockerignore'), 'utf8'));
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder ? `${folder}/${name}` : name;
      const mayHold = patterns.some(({ glob, keeps }) => keeps && glob.startsWith(`${path}/`));
      const isFolder = lstatSync(join(root, path)).isDirectory();
      if (isFolder && (mayHold || isSent(path, patterns))) walk(path);
      else if (!isFolder && isSent(path, patterns)) {
        mkdirSync(dirname(join(to, path)), { recursive: true });
        cpSync(join(root, path), join(to, path), { verbatimSymlinks: true });
      }
    }
  };
  walk('');
}

/**
 * COPY as Docker does it: the content of a folder, a file below a name that ends with a slash, else the file as that name.
 * @param to absolute
 */
export function copyInto(sources: readonly string[], to: string, { asFolder }: { asFolder: boolean }): void {
  for (const source of sources) {
    if (!existsSync(source)) throw new Error(`COPY finds no ${source}`);
    const isFolder = lstatSync(source).isDirectory();
    const at = !isFolder && asFolder ? join(to, source.slice(source.lastIndexOf('/') + 1)) : to;
    mkdirSync(dirname(at), { recursive: true });
    cpSync(source, at, { recursive: true, verbatimSymlinks: true });
  }
}
