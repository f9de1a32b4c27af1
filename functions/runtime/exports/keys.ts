import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { type CheckSignature, keyId, type Signer } from '../../core/exports/signed.ts';
import { sha256 } from '../../stores/files/sha256.ts';

/** A new private key: Ed25519, PKCS #8, PEM. */
export const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** @param pem a private key, as `newKey` makes it. @throws Error when it is no Ed25519 key */
export function signerOf(pem: string): Signer {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a key of type ${key.asymmetricKeyType}`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  return {
    publicKey,
    id: keyId(sha256, publicKey),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

/** A public key as SPKI in base64. @param text that, or PEM. @throws Error when it is no Ed25519 key */
export function publicKeyOf(text: string): string {
  const given = text.trim();
  const key = given.startsWith('-----')
    ? createPublicKey(given)
    : createPublicKey({ key: Buffer.from(given, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a key of type ${key.asymmetricKeyType}`);
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** A key that cannot be read has signed nothing. */
export const checkSignature: CheckSignature = (publicKey, text, signature) => {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
};
