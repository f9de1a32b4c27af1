import { ListObjectsV2Command, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/**
 * Whether an error of `GetObject` means that there is no such object. S3 answers 404 only to those that may list the whole bucket, and 403 to
 * others, also for an object that is there and may not be read: then the list of this one name decides.
 * @throws what the client throws where not even that may be listed
 */
export async function isAbsent(
  client: S3Client,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof S3ServiceException)) return false;
  if (error.name === 'NoSuchKey') return true;
  if (error.name !== 'AccessDenied') return false;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
  return Contents[0]?.Key !== Key;
}
