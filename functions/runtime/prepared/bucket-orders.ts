import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { GordonError } from '../../core/errors/errors.ts';
import type { FileOrder, FileOrders } from '../../core/queries/export/prepared.ts';

/**
 * In a bucket the file `id` is the object `files/<id>`, and its order `orders/<id>`. The bucket's lifecycle removes both.
 */
export const objectOf = (bucket: string, folder: 'files' | 'orders', id: string) => ({
  Bucket: bucket,
  Key: `${folder}/${id}`,
});

/** Orders of files, as objects beside the files in a bucket. */
export const bucketOrders = (client: S3Client, bucket: string): FileOrders => ({
  order: (id) =>
    onFileBucket(id, async () => {
      const { Body, ETag } = await client.send(new GetObjectCommand(objectOf(bucket, 'orders', id)));
      return { ...(JSON.parse(await Body!.transformToString()) as FileOrder), version: ETag! };
    }),
  async enter(id, order, instead) {
    const entered = await onFileBucket(id, async () => {
      await client.send(
        new PutObjectCommand({
          ...objectOf(bucket, 'orders', id),
          Body: JSON.stringify(order),
          ContentType: 'application/json',
          ...(instead ? { IfMatch: instead.version } : { IfNoneMatch: '*' }),
        }),
      );
      return true;
    });
    return entered ?? false;
  },
});

/** Errors of a conditional PUT that somebody else was quicker with, and of an object that is not there. */
const NOTHING = /^(NoSuchKey|NotFound|PreconditionFailed|ConditionalRequestConflict)$/;

/** @returns undefined where there is no such object, or another one. @throws GordonError `file-not-made` */
export async function onFileBucket<T>(id: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceException && NOTHING.test(error.name)) return undefined;
    throw unavailable(id, error);
  }
}

/** The bucket did not answer in a usable way; the caller may try again. */
export const unavailable = (id: string, cause: unknown): GordonError =>
  new GordonError({
    code: 'file-not-made',
    subject: `the file ${id.slice(0, 12)}`,
    cause,
    status: 503,
    message: 'the bucket of files does not answer as it should.',
    remedy: 'Request it again; the log of the function has the details.',
  });
