import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { GordonError } from '../../core/errors/errors.ts';
import type { PreparedFiles } from '../../core/queries/export/prepared.ts';
import { awsConfig } from '../aws-config.ts';
import { s3Client } from '../exports/bucket-tree.ts';
import { bucketOrders, objectOf, onFileBucket } from './bucket-orders.ts';
import type { FileBucket } from './file-bucket.ts';

/** As long as a client may take from a redirect to its last request. */
const LINK_SECONDS = 900;

/** Connections last as long as the process. */
const open = new WeakMap<FileBucket, PreparedFiles>();

/** The files of a bucket, and the function that makes them. */
export function preparedFiles(of: FileBucket): PreparedFiles {
  const files = open.get(of) ?? openFiles(of);
  open.set(of, files);
  return files;
}

function openFiles({ bucket, maker, variables, sleep }: FileBucket): PreparedFiles {
  const client = s3Client(variables);
  const lambda = new LambdaClient(awsConfig(variables, 'LAMBDA'));
  return {
    shelf: {
      ...bucketOrders(client, bucket),
      link: (id) =>
        onFileBucket(id, async () => {
          const file = objectOf(bucket, 'files', id);
          await client.send(new HeadObjectCommand(file));
          return getSignedUrl(client, new GetObjectCommand(file), { expiresIn: LINK_SECONDS });
        }),
    },
    sleep,
    async make(id, request) {
      const event = { id, ...request };
      try {
        await lambda.send(
          new InvokeCommand({
            FunctionName: maker,
            // Answered as soon as it is queued.
            InvocationType: 'Event',
            Payload: Buffer.from(JSON.stringify(event)),
          }),
        );
      } catch (error) {
        throw new GordonError({
          code: 'file-not-made',
          subject: `the function ${maker}`,
          cause: error,
          status: 503,
          message: 'it could not be invoked.',
        });
      }
    },
  };
}
