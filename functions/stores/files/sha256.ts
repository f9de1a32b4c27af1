import { createHash } from 'node:crypto';
import type { Sha256 } from '../../core/verify/ports.ts';

/** A SHA-256 that is fed piece by piece, by node:crypto. */
export function sha256(): Sha256 {
  const hash = createHash('sha256');
  return {
    add: (piece) => {
      hash.update(piece);
    },
    hex: () => hash.digest('hex'),
  };
}
