import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { badRequest } from '../../core/errors/bad-request.ts';
import { describeError, GordonError } from '../../core/errors/errors.ts';
import type { Tree } from '../../core/exports/ports.ts';
import { writeNew } from '../../stores/files/write-new.ts';
import { awsConfig } from '../aws-config.ts';
import type { Variables } from '../venues/hosts.ts';
import { isAbsent } from './absent.ts';
import { LOCK } from './bucket-lock.ts';
import { uploadFile } from './bucket-upload.ts';
import { failing } from './folder-tree.ts';

/** The bucket and the prefix of `s3://bucket/prefix`; undefined for what is not such an address. @throws GordonError `invalid-request` */
export function bucketIn(address: string): { readonly bucket: string; readonly prefix: string } | undefined {
  if (!address.startsWith('s3://')) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) {
    throw badRequest(
      'invalid-request',
      address,
      'this is not an address of a bucket.',
      'Write s3://bucket/prefix.',
    );
  }
  const prefix = path.replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** A client of S3, or of what AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names: there buckets are part of the path. */
export function s3Client(env: Variables): S3Client {
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const config = awsConfig({ ...env, AWS_ENDPOINT_URL_S3: endpoint }, 'S3');
  // A bucket may lie in another region than the one that is set here.
  return new S3Client({
    followRegionRedirects: true,
    ...config,
    ...(endpoint !== undefined && { forcePathStyle: true }),
  });
}

/**
 * A tree in a bucket. A file is made on this machine's disk first, so that it is sent as one object with its length and hash:
 * the object is there as a whole or not at all.
 */
export function bucketTree(client: S3Client, bucket: string, prefix: string): Tree {
  const at = (path: string) => ({ Bucket: bucket, Key: `${prefix}${path}` });
  const address = (path: string): string => `s3://${bucket}/${prefix}${path}`;
  const get = (path: string): Promise<Readable | undefined> =>
    onExportBucket(address(path), async () => {
      try {
        return (await client.send(new GetObjectCommand(at(path)))).Body as Readable;
      } catch (error) {
        if (await isAbsent(client, at(path), error)) return undefined;
        throw error;
      }
    });
  return {
    name: address('').replace(/\/$/, ''),
    sizes: () =>
      onExportBucket(address(''), () => sizesIn(client, bucket, prefix)).then((found) => found ?? new Map()),
    async read(path) {
      const body = await get(path);
      return body && (await buffer(body)).toString('utf8');
    },
    async bytes(path, signal) {
      const body = await get(path);
      if (!body) return undefined;
      addAbortSignal(signal, body);
      try {
        return await buffer(body);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    },
    async put(path, pieces) {
      const folder = join(tmpdir(), 'gordon-export');
      const draft = join(folder, randomUUID());
      try {
        const written = await failing(draft, async () => {
          await mkdir(folder, { recursive: true });
          return writeNew(draft, pieces, { durable: true });
        });
        await onExportBucket(address(path), () => uploadFile(client, at(path), { path: draft, ...written }));
        return written;
      } finally {
        await rm(draft, { force: true });
      }
    },
    async remove(path) {
      await onExportBucket(address(path), () => client.send(new DeleteObjectCommand(at(path))));
    },
  };
}

async function sizesIn(client: S3Client, bucket: string, prefix: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, Size } of page.Contents ?? []) {
      const path = Key!.slice(prefix.length);
      if (path !== LOCK) sizes.set(path, Size ?? 0);
    }
  }
  return sizes;
}

/** @returns undefined where there is no such object. @throws GordonError `export-not-written` */
export async function onExportBucket<T>(address: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
    if (error instanceof GordonError) throw error;
    throw new GordonError({
      code: 'export-not-written',
      subject: address,
      message: `${describeError(error)}.`,
      cause: error,
    });
  }
}
