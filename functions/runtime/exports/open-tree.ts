import type { Tree } from '../../core/exports/ports.ts';
import type { Clock } from '../../core/time/time.ts';
import type { Variables } from '../venues/hosts.ts';
import { holdBucket } from './bucket-lock.ts';
import { bucketIn, bucketTree, onExportBucket, s3Client } from './bucket-tree.ts';
import { folderTree, holdFolder } from './folder-tree.ts';

export interface OpenTree extends AsyncDisposable {
  readonly tree: Tree;
}

/** The tree in a folder or at `s3://bucket/prefix`, for reading. @throws GordonError `invalid-request` */
export function treeAt(place: string, env: Variables): OpenTree {
  const bucket = bucketIn(place);
  if (!bucket) return { tree: folderTree(place), [Symbol.asyncDispose]: async () => {} };
  const client = s3Client(env);
  return {
    tree: bucketTree(client, bucket.bucket, bucket.prefix),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/**
 * The same for one export: two at once would write two manifests.
 * @throws GordonError `invalid-request`, `export-runs`, `export-not-written`
 */
export async function holdTree(place: string, env: Variables, now: Clock): Promise<OpenTree> {
  const bucket = bucketIn(place);
  if (bucket) return holdBucketTree(bucket, env, now);
  const held = await holdFolder(place);
  return { tree: folderTree(place), [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}

async function holdBucketTree(
  { bucket, prefix }: NonNullable<ReturnType<typeof bucketIn>>,
  env: Variables,
  now: Clock,
): Promise<OpenTree> {
  const client = s3Client(env);
  const tree = bucketTree(client, bucket, prefix);
  try {
    const held = (await onExportBucket(tree.name, () => holdBucket({ client, bucket, prefix }, now)))!;
    return {
      tree: {
        ...tree,
        // A holder that slept too long must not write over its successor.
        async put(path, pieces) {
          held.check();
          return tree.put(path, pieces);
        },
        async remove(path) {
          held.check();
          return tree.remove(path);
        },
      },
      async [Symbol.asyncDispose]() {
        try {
          await onExportBucket(tree.name, async () => held[Symbol.asyncDispose]());
        } finally {
          client.destroy();
        }
      },
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}
