import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { GordonError } from '../../core/errors/errors.ts';
import type { FileOrder, FileShelf } from '../../core/queries/export/prepared.ts';

/** As long as a client may take from a redirect to its last request. */
const LINK_SECONDS = 900;
/** Two of them are in memory; S3 takes 10,000 of a file, so the largest file has 80 GB. */
const PART_BYTES = 8 * 2 ** 20;

/**
 * Files in a bucket: `files/<id>`, and who ordered them in `orders/<id>`. The bucket's lifecycle removes both. A file is sent in
 * parts while it is made and appears when the last one has arrived, so it needs no disk.
 */
export function bucketShelf(client: S3Client, bucket: string): FileShelf {
  const at = (folder: 'files' | 'orders', id: string) => ({ Bucket: bucket, Key: `${folder}/${id}` });
  return {
    link: (id) =>
      answering(id, async () => {
        const file = at('files', id);
        await client.send(new HeadObjectCommand(file));
        return getSignedUrl(client, new GetObjectCommand(file), { expiresIn: LINK_SECONDS });
      }),
    order: (id) =>
      answering(id, async () => {
        const { Body, ETag } = await client.send(new GetObjectCommand(at('orders', id)));
        return { ...(JSON.parse(await Body!.transformToString()) as FileOrder), version: ETag! };
      }),
    async enter(id, order, instead) {
      const entered = await answering(id, async () => {
        await client.send(
          new PutObjectCommand({
            ...at('orders', id),
            Body: JSON.stringify(order),
            ContentType: 'application/json',
            ...(instead ? { IfMatch: instead.version } : { IfNoneMatch: '*' }),
          }),
        );
        return true;
      });
      return entered ?? false;
    },
    async put(id, headers, pieces, signal) {
      const upload = new Upload({
        client,
        partSize: PART_BYTES,
        queueSize: 1,
        params: {
          ...at('files', id),
          Body: Readable.from(bytesOf(pieces)),
          ContentType: headers['content-type'],
          ContentDisposition: headers['content-disposition'],
        },
      });
      const stop = (): void => void upload.abort();
      signal.addEventListener('abort', stop);
      try {
        signal.throwIfAborted();
        await upload.done();
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw error instanceof S3ServiceException ? unavailable(id, error) : error;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

async function* bytesOf(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** Of a conditional PUT that somebody else was quicker with, and of an object that is not there. */
const NOTHING = /^(NoSuchKey|NotFound|PreconditionFailed|ConditionalRequestConflict)$/;

/** @returns undefined where there is no such object, or another one. @throws GordonError `file-not-made` */
async function answering<T>(id: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceException && NOTHING.test(error.name)) return undefined;
    throw unavailable(id, error);
  }
}

const unavailable = (id: string, cause: unknown): GordonError =>
  new GordonError({
    code: 'file-not-made',
    subject: `the file ${id.slice(0, 12)}`,
    cause,
    status: 503,
    message: 'the bucket of files does not answer as it should.',
    remedy: 'Request it again; the log of the function has the details.',
  });
