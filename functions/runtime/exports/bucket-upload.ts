import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

/** What is larger is sent in parts of this size: each is in memory and sent again by itself. S3 takes 10,000 parts of an object. */
export const PART_BYTES = 16 * 2 ** 20;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Sends a file of this machine as one object, whole or not at all. S3 refuses what arrives damaged.
 * @param draft its path, with its size and SHA-256, hex
 * @throws what the client throws; parts that were sent are given up
 */
export async function uploadFile(
  client: S3Client,
  target: Target,
  draft: { readonly path: string; readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const object = { ...target, ContentType: typeOf(target.Key) };
  if (draft.bytes <= PART_BYTES) {
    const Body = await readFile(draft.path);
    await client.send(new PutObjectCommand({ ...object, Body, ChecksumSHA256: base64(draft.sha256) }));
    return;
  }
  const Body = createReadStream(draft.path);
  const params = { ...object, Body, ChecksumAlgorithm: 'SHA256' as const };
  try {
    await new Upload({ client, partSize: PART_BYTES, queueSize: 1, params }).done();
  } finally {
    Body.destroy();
  }
}

const typeOf = (key: string): string =>
  key.endsWith('.json') ? 'application/json' : 'application/octet-stream';

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
