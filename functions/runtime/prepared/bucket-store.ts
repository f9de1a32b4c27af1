import { Readable } from 'node:stream';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { FileStore } from '../../core/queries/export/prepared.ts';
import { s3Client } from '../exports/bucket-tree.ts';
import { bucketOrders, objectOf, unavailable } from './bucket-orders.ts';
import type { FileBucket } from './file-bucket.ts';

/** Two of them are in memory; S3 takes 10,000 of a file, so the largest file has 80 GB. */
const PART_BYTES = 8 * 2 ** 20;

/** Puts files into the bucket. A file is sent in parts while it is made and appears when the last one has arrived, so it needs no disk. */
export function bucketStore({ bucket, variables }: FileBucket): FileStore {
  const client = s3Client(variables);
  return {
    ...bucketOrders(client, bucket),
    async put(id, headers, pieces, signal) {
      const upload = new Upload({
        client,
        partSize: PART_BYTES,
        queueSize: 1,
        params: {
          ...objectOf(bucket, 'files', id),
          Body: Readable.from(pieces),
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
