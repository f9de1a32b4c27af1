import type { Sha256 } from '../verify/ports.ts';
import { MANIFEST_FORMAT, type Manifest, type Signature } from './manifest.ts';

/** A key that signs. Texts are signed as UTF-8. */
export interface Signer {
  /** SPKI, base64 */
  readonly publicKey: string;
  /** see `keyId` */
  readonly id: string;
  /** @returns base64 */
  sign(text: string): string;
}

/** Whether a signature of a text is that of a key. @param publicKey SPKI, base64; @param signature base64 */
export type CheckSignature = (publicKey: string, text: string, signature: string) => boolean;

/** The id of a key: 16 digits, so that people can compare them. */
export function keyId(sha256: () => Sha256, publicKey: string): string {
  const hash = sha256();
  hash.add(publicKey);
  return hash.hex().slice(0, 16);
}

/** What is signed of a root, its format included. @param root SHA-256, hex */
export const rootStatement = (root: string): string => `${MANIFEST_FORMAT} root ${root}`;

/** What is signed of a manifest. @param document as it was parsed, with fields that this program does not know */
export function manifestStatement(sha256: () => Sha256, document: object): string {
  const { signature: _, ...rest } = document as { readonly signature?: unknown };
  const hash = sha256();
  hash.add(JSON.stringify(ordered(rest)));
  return `${MANIFEST_FORMAT} manifest ${hash.hex()}`;
}

/** @returns the manifest with its signature; null where nobody signs */
export function signManifest(
  sha256: () => Sha256,
  manifest: Omit<Manifest, 'signature'>,
  signer: Signer | undefined,
): Manifest {
  if (!signer) return { ...manifest, signature: null };
  const signature: Signature = {
    algorithm: 'ed25519',
    key: signer.id,
    public_key: signer.publicKey,
    root: signer.sign(rootStatement(manifest.root)),
    manifest: signer.sign(manifestStatement(sha256, manifest)),
  };
  return { ...manifest, signature };
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, of]) => [key, ordered(of)]));
}
