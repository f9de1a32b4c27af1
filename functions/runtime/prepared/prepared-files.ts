import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GordonError } from '../../core/errors/errors.ts';
import type { FileRequest, PreparedFiles } from '../../core/queries/export/prepared.ts';
import { awsConfig } from '../aws-config.ts';
import { s3Client } from '../exports/bucket-tree.ts';
import { bucketShelf } from './bucket-shelf.ts';
import type { FileBucket } from './file-bucket.ts';

/** What the function that makes a file is invoked with. */
export interface PrepareEvent extends FileRequest {
  readonly id: string;
}

/** Connections last as long as the process. */
const open = new WeakMap<FileBucket, PreparedFiles>();

/** The files of a bucket, and the function that makes them. */
export function preparedFiles(of: FileBucket): PreparedFiles {
  const files = open.get(of) ?? openFiles(of);
  open.set(of, files);
  return files;
}

function openFiles({ bucket, maker, variables, sleep }: FileBucket): PreparedFiles {
  const lambda = new LambdaClient(awsConfig(variables, 'LAMBDA'));
  return {
    shelf: bucketShelf(s3Client(variables), bucket),
    sleep,
    async make(id, request) {
      const event: PrepareEvent = { id, ...request };
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
