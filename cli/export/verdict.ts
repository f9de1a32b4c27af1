import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MANIFEST } from '../../functions/core/exports/manifest.ts';
import { type TreeFiles, type TreeVerdict, verifyTree } from '../../functions/core/exports/verify-tree.ts';
import { folderTree } from '../../functions/runtime/exports/folder-tree.ts';
import { checkSignature } from '../../functions/runtime/exports/keys.ts';
import { sha256 } from '../../functions/stores/queries/stored-rows.ts';
import { badInput } from '../failure.ts';
import { plural } from '../format/values.ts';
import type { Paint } from '../terminal.ts';

/** Compares a folder with its manifest, without a warehouse. @param key a public key; absent: the manifest's own @throws CliError */
export async function verifyFolder(
  folder: string,
  key: string | undefined,
  signal: AbortSignal,
): Promise<TreeVerdict> {
  const files: TreeFiles = {
    paths: async () => (await folderTree(folder).sizes()).keys(),
    hash: (path) => hashOf(join(folder, path), signal),
  };
  const document = await documentIn(folder);
  try {
    return await verifyTree({ sha256, check: checkSignature }, document, files, key);
  } catch (error) {
    if ((error as Error).name !== 'ZodError') throw error;
    throw badInput(`${join(folder, MANIFEST)} is no manifest of an export`);
  }
}

async function documentIn(folder: string): Promise<unknown> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw badInput(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(`${path} is no JSON`);
  }
}

async function hashOf(path: string, signal: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String((error as { code?: unknown }).code)))
      return undefined;
    throw signal.aborted ? signal.reason : error;
  }
  return hash.digest('hex');
}

/** The root with what it stands for: two trees with the same rows have the same line. */
export const rootLine = ({ root, files, rows }: Pick<TreeVerdict, 'root' | 'files' | 'rows'>): string =>
  `root ${root}: ${plural(rows, 'row')} in ${plural(files, 'file')}`;

/** @param own names of the operator's keys, by their public part; @param checked a key was named, and it signed */
export function verdictLines(
  verdict: TreeVerdict,
  own: ReadonlyMap<string, string>,
  checked: boolean,
  paint: Paint,
): string[] {
  const [first, ...others] = verdict.differences;
  if (first) {
    const { kind, path, detail } = first;
    const more = others.length > 0 ? `; ${plural(others.length, 'other difference')}` : '';
    return [`${paint('red', kind)}: ${path}: ${detail}${more}`];
  }
  return [`${paint('green', 'identical')}: ${rootLine(verdict)}`, signatureLine(verdict, own, checked)];
}

function signatureLine({ key, publicKey }: TreeVerdict, own: ReadonlyMap<string, string>, checked: boolean) {
  if (key === null || publicKey === null) return 'not signed';
  const name = own.get(publicKey);
  if (name !== undefined) return `signed by ${key}, your key "${name}"`;
  if (checked) return `signed by ${key}, the key that you named`;
  return `signed by ${key}, which is none of your keys: compare it with its owner's, or name that with --key`;
}
