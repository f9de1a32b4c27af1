import { open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { sha256 as hasher } from '../../stores/queries/stored-rows.ts';

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
  await using file = await open(draft.path);
  const read = async (from: number, to: number): Promise<Buffer> => {
    const part = Buffer.alloc(to - from);
    await file.read(part, 0, part.length, from);
    return part;
  };
  if (draft.bytes <= PART_BYTES) {
    const Body = await read(0, draft.bytes);
    await client.send(new PutObjectCommand({ ...object, Body, ChecksumSHA256: base64(draft.sha256) }));
    return;
  }
  const begun = await client.send(
    new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' }),
  );
  const upload = { ...target, UploadId: begun.UploadId! };
  try {
    const Parts: CompletedPart[] = [];
    for (let from = 0; from < draft.bytes; from += PART_BYTES) {
      const Body = await read(from, Math.min(from + PART_BYTES, draft.bytes));
      const part = { PartNumber: Parts.length + 1, ChecksumSHA256: base64(hashOf(Body)) };
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, ...part, Body }));
      Parts.push({ ...part, ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    // Parts cost money until they are given up. A lifecycle rule of the bucket does it for those that cannot be.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

const typeOf = (key: string): string =>
  key.endsWith('.json') ? 'application/json' : 'application/octet-stream';

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

function hashOf(bytes: Uint8Array): string {
  const hash = hasher();
  hash.add(bytes);
  return hash.hex();
}
