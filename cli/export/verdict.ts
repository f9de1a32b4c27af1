import { MANIFEST } from '../../functions/core/exports/manifest.ts';
import type { Tree } from '../../functions/core/exports/ports.ts';
import { type TreeVerdict, verifyTree } from '../../functions/core/exports/verify-tree.ts';
import { checkSignature } from '../../functions/runtime/exports/keys.ts';
import { READERS } from '../../functions/runtime/exports/readers.ts';
import { sources } from '../../functions/sources/index.ts';
import { sha256 } from '../../functions/stores/files/sha256.ts';
import { badInput } from '../failure.ts';
import { plural } from '../format/values.ts';
import type { Paint } from '../terminal.ts';

/** Compares a tree with its manifest, without a warehouse. @param key a public key; absent: the manifest's own. @param withRows reads the rows back too. @throws CliError */
export async function verdictOn(
  tree: Tree,
  key: string | undefined,
  signal: AbortSignal,
  withRows: boolean,
): Promise<TreeVerdict> {
  const text = await tree.read(MANIFEST);
  if (text === undefined) throw badInput(`${tree.name} has no ${MANIFEST}: nothing was exported there`);
  try {
    const document: unknown = JSON.parse(text);
    const ports = { sha256, check: checkSignature, ...(withRows && { rows: { sources, readers: READERS } }) };
    return await verifyTree(ports, document, tree, signal, key);
  } catch (error) {
    if (!['ZodError', 'SyntaxError'].includes((error as Error).name)) throw error;
    throw badInput(`${tree.name}: its ${MANIFEST} is none of an export`);
  }
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
