import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULE = `\n${'-'.repeat(80)}\n\n`;

/**
 * Name, version and licence text of packages, for those who pass their code on.
 * @throws Error for a package that names no licence: it cannot be passed on
 */
export function noticesOf(root: string, packages: readonly string[]): string {
  const parts = packages.map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version: string;
      license?: string;
      author?: string | { readonly name: string };
    };
    const texts = textsIn(folder);
    if (texts.length === 0 && !license) throw new Error(`${name} names no licence`);
    const by = typeof author === 'string' ? author : author?.name;
    return `${[`${name} ${version} (${license})${by ? `, by ${by}` : ''}`, ...texts].join('\n\n')}\n`;
  });
  return `gordon-data contains code of these packages.\n${RULE}${parts.join(RULE)}`;
}

function textsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
