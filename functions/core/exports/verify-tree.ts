import { describeError } from '../errors/errors.ts';
import type { ReadFile } from '../queries/export/columnar.ts';
import type { Sources } from '../series/source.ts';
import type { Sha256 } from '../verify/ports.ts';
import { chainOf, compareMonths } from './chain.ts';
import { isMonthPath, type MonthFormat } from './layout.ts';
import { type ExportedFile, Manifest } from './manifest.ts';
import type { Tree } from './ports.ts';
import { rowsOfFile } from './rows/rows-of-file.ts';
import { type CheckSignature, keyId, manifestStatement, rootStatement } from './signed.ts';

/** What is wrong with a tree. `path` is that of a file, or `manifest.json`. */
export interface TreeDifference {
  readonly kind: 'missing' | 'damaged' | 'swapped' | 'rows' | 'extra' | 'chain' | 'signature';
  readonly path: string;
  readonly detail: string;
}

export interface TreeVerdict {
  readonly root: string;
  readonly files: number;
  readonly rows: number;
  /** id of the key that signed; null: nobody did */
  readonly key: string | null;
  /** the public key, as in the manifest */
  readonly publicKey: string | null;
  readonly simulated: boolean;
  /** in the order of the files; what is wrong with the manifest itself comes first */
  readonly differences: readonly TreeDifference[];
}

export interface TreePorts {
  sha256(): Sha256;
  readonly check: CheckSignature;
  /** reads the rows of a file back; absent: only the bytes of the files are compared */
  readonly rows?: {
    readonly sources: Sources;
    readonly readers: Readonly<Record<MonthFormat, ReadFile>>;
  };
}

/**
 * Compares the files of a tree with its manifest, without a warehouse or a network. The rows of each file are hashed again: who
 * changes a file and then its SHA-256 in the manifest has not changed the root.
 * @param document the manifest, parsed
 * @param key the public key that must have signed, SPKI, base64; absent: the manifest's own
 * @throws ZodError when the document is not a manifest
 */
export async function verifyTree(
  { sha256, check, rows }: TreePorts,
  document: unknown,
  tree: Pick<Tree, 'sizes' | 'bytes'>,
  signal: AbortSignal,
  key?: string,
): Promise<TreeVerdict> {
  const manifest = Manifest.parse(document);
  const { signature } = manifest;
  const differences: TreeDifference[] = [];
  const complain = (kind: TreeDifference['kind'], path: string, detail: string) =>
    differences.push({ kind, path, detail });
  const { links, root } = chainOf(sha256, manifest.files);
  const broken = links.find(({ chain }, i) => chain !== manifest.files[i]?.chain);
  if (broken) complain('chain', broken.path, 'its link does not follow from the months before it');
  else if (root !== manifest.root) complain('chain', 'manifest.json', 'the root is not that of the files');
  const unsigned = signatureFault(manifest, document as object, { sha256, check }, key);
  if (unsigned) complain('signature', 'manifest.json', unsigned);
  const owners = new Map(manifest.files.map(({ path, sha256: hash }) => [hash, path]));
  for (const file of [...manifest.files].sort(compareMonths)) {
    const bytes = await tree.bytes(file.path, signal);
    const fault =
      bytes === undefined
        ? ({ kind: 'missing', detail: 'there is no such file' } as const)
        : (bytesFault(hashOf(sha256, bytes), file, owners) ??
          (rows && (await rowsFault(sha256, rows.sources, file, rows.readers[manifest.files_are], bytes))));
    if (fault) complain(fault.kind, file.path, fault.detail);
  }
  const known = new Set(manifest.files.map(({ path }) => path));
  for (const path of [...(await tree.sizes()).keys()].sort()) {
    if (isMonthPath(path) && !known.has(path)) complain('extra', path, 'the manifest does not have it');
  }
  return {
    root,
    files: manifest.files.length,
    rows: manifest.files.reduce((sum, { rows }) => sum + rows, 0),
    key: signature && keyId(sha256, signature.public_key),
    publicKey: signature?.public_key ?? null,
    simulated: manifest.simulated,
    differences,
  };
}

function hashOf(sha256: () => Sha256, bytes: Uint8Array): string {
  const hash = sha256();
  hash.add(bytes);
  return hash.hex();
}

type Fault = Omit<TreeDifference, 'path'>;

/** @param owners paths by the SHA-256 of their files */
function bytesFault(
  found: string,
  { sha256: expected }: ExportedFile,
  owners: ReadonlyMap<string, string>,
): Fault | undefined {
  if (found === expected) return undefined;
  const owner = owners.get(found);
  if (owner) return { kind: 'swapped', detail: `it has the content of ${owner}` };
  return { kind: 'damaged', detail: `its SHA-256 is ${found}, not ${expected}` };
}

/** Where the rows of a file are others than the manifest says. */
async function rowsFault(
  sha256: () => Sha256,
  sources: Sources,
  expected: ExportedFile,
  read: ReadFile,
  bytes: Uint8Array,
): Promise<Fault | undefined> {
  const wrong = (detail: string): Fault => ({ kind: 'rows', detail });
  try {
    const found = await rowsOfFile(sha256, sources, expected, read, bytes);
    for (const key of ['rows', 'first', 'last'] as const) {
      if (found[key] !== expected[key])
        return wrong(`${WORDS[key]} ${String(found[key])}, not ${String(expected[key])}`);
    }
    if (found.rows_sha256 === expected.rows_sha256) return undefined;
    return wrong(`its rows have the hash ${found.rows_sha256}, not ${expected.rows_sha256}`);
  } catch (error) {
    return wrong(`its rows cannot be read: ${describeError(error)}`);
  }
}

const WORDS = { rows: 'its rows are', first: 'its first row is of', last: 'its last row is of' } as const;

function signatureFault(
  { signature, root }: Manifest,
  document: object,
  { sha256, check }: TreePorts,
  key: string | undefined,
): string | undefined {
  if (!signature) return key === undefined ? undefined : 'nobody signed it';
  if (key !== undefined && key !== signature.public_key) {
    return `it is signed by ${keyId(sha256, signature.public_key)}, not by ${keyId(sha256, key)}`;
  }
  const signs = (text: string, by: string) => check(signature.public_key, text, by);
  if (!signs(rootStatement(root), signature.root)) return 'the signature of the root is wrong';
  if (signs(manifestStatement(sha256, document), signature.manifest)) return undefined;
  return 'it was changed after it was signed';
}
