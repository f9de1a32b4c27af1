import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { GordonError } from '../../core/errors/errors.ts';
import { MINUTE } from '../../core/time/time.ts';
import { isAbsent } from './absent.ts';

/** Lies beside the months; no dataset reads it. */
export const LOCK = '.gordon-export/lock';
const RENEW_EVERY = MINUTE;
/** A holder that has not renewed it for this long has died. */
const STALE_AFTER = 5 * MINUTE;

export interface HeldBucket extends AsyncDisposable {
  /** @throws GordonError `export-runs` when another export has taken the place over */
  check(): void;
}

interface Place {
  readonly client: S3Client;
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Takes a place in a bucket for one export: S3 writes the lock only where there is none, or where it is still the one that was
 * read. A store of objects that ignores such conditions does not protect from a second export.
 * @throws GordonError `export-runs`, and what the client throws
 */
export async function holdBucket(place: Place, now: () => number): Promise<HeldBucket> {
  const { client, bucket, prefix } = place;
  const at = { Bucket: bucket, Key: `${prefix}${LOCK}` };
  const name = `s3://${bucket}/${prefix}`.replace(/\/$/, '');
  const id = randomUUID();
  let lost: GordonError | undefined;
  const write = async (condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string }) => {
    const body = { id, host: hostname(), pid: process.pid, renewed: now() };
    const { ETag } = await client.send(
      new PutObjectCommand({ ...at, ...condition, Body: JSON.stringify(body) }),
    );
    return ETag!;
  };
  let etag = await take(place, name, write, now);
  const renewing = setInterval(() => {
    write({ IfMatch: etag }).then(
      (renewed) => {
        etag = renewed;
      },
      (error: unknown) => {
        // What passes is tried again in a minute: there are several before the lock is stale.
        if (isRefused(error)) lost ??= runs(name, 'another export has taken this place over.');
      },
    );
  }, RENEW_EVERY);
  renewing.unref();
  return {
    check() {
      if (lost) throw lost;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(renewing);
      if (!lost) await client.send(new DeleteObjectCommand(at));
    },
  };
}

type Write = (condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string }) => Promise<string>;

/** @returns the lock's ETag */
async function take(place: Place, name: string, write: Write, now: () => number): Promise<string> {
  try {
    return await write({ IfNoneMatch: '*' });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  const found = await readLock(place);
  if (found && now() - found.renewed < STALE_AFTER) {
    throw runs(name, `process ${found.pid} of ${found.host} exports there now.`);
  }
  try {
    return await write(found ? { IfMatch: found.etag } : { IfNoneMatch: '*' });
  } catch (error) {
    throw isRefused(error) ? runs(name, 'another export has just begun there.') : error;
  }
}

interface Lock {
  readonly etag: string;
  readonly host: string;
  readonly pid: number;
  /** epoch ms */
  readonly renewed: number;
}

async function readLock({ client, bucket, prefix }: Place): Promise<Lock | undefined> {
  const at = { Bucket: bucket, Key: `${prefix}${LOCK}` };
  try {
    const found = await client.send(new GetObjectCommand(at));
    const text = await found.Body!.transformToString();
    const lock = parsed(text);
    const renewed = typeof lock.renewed === 'number' ? lock.renewed : Number.NEGATIVE_INFINITY;
    return { etag: found.ETag!, host: String(lock.host), pid: Number(lock.pid), renewed };
  } catch (error) {
    if (await isAbsent(client, at, error)) return undefined;
    throw error;
  }
}

/** A lock that nobody can read holds nothing. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** 412: the condition does not hold; 409: another write was at it in this moment. */
const isRefused = (error: unknown): boolean =>
  error instanceof S3ServiceException && [409, 412].includes(error.$metadata.httpStatusCode ?? 0);

const runs = (subject: string, message: string): GordonError =>
  new GordonError({ code: 'export-runs', subject, message });
