import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Writes pieces into a new file.
 * @param durable waits until the disk has them
 * @throws the error of `pieces`, and of the file system (`EEXIST`, `ENOSPC`); the caller removes what is there of the file
 */
export async function writeNew(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  { durable }: { readonly durable: boolean },
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await using file: FileHandle = await open(path, 'wx');
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += piece.length;
    // All of the piece: `write` may take a part of it.
    await file.writeFile(piece);
  }
  if (durable) await file.sync();
  return { bytes, sha256: hash.digest('hex') };
}
