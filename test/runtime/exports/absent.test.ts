import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { isAbsent } from '../../../functions/runtime/exports/absent.ts';

const at = { Bucket: 'market-data', Key: 'gordon-data/manifest.json' };
const refused = (name: string) =>
  new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 403 } });

/** A bucket whose names below the prefix may be listed. */
const listing = (...keys: string[]) => {
  const sent: object[] = [];
  const send = async ({ input }: { input: { Prefix: string } }) => {
    sent.push(input);
    return { Contents: keys.filter((Key) => Key.startsWith(input.Prefix)).map((Key) => ({ Key })) };
  };
  return { client: { send } as never as S3Client, sent };
};

it('an object is absent that S3 says is not there, and nobody lists it', async () => {
  const { client, sent } = listing();
  expect(await isAbsent(client, at, refused('NoSuchKey'))).toBe(true);
  expect(sent).toEqual([]);
});

it('is absent that S3 refuses and the list does not have, also beside one whose name begins so', async () => {
  expect(await isAbsent(listing().client, at, refused('AccessDenied'))).toBe(true);
  expect(await isAbsent(listing(`${at.Key}.former`).client, at, refused('AccessDenied'))).toBe(true);
});

it('is not absent that S3 refuses and the list has, nor one that S3 could not look for', async () => {
  expect(await isAbsent(listing(at.Key).client, at, refused('AccessDenied'))).toBe(false);
  expect(await isAbsent(listing().client, at, refused('SlowDown'))).toBe(false);
  expect(await isAbsent(listing().client, at, new Error('getaddrinfo'))).toBe(false);
});
