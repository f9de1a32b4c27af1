import type { Tree } from '../../core/exports/ports.ts';
import type { Variables } from '../venues/hosts.ts';
import { bucketIn, bucketTree, s3Client } from './bucket-tree.ts';
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
 * The same for one export. A folder is for one at a time; two exports into one bucket must not be started.
 * @throws GordonError `invalid-request`, `export-runs`
 */
export async function holdTree(place: string, env: Variables): Promise<OpenTree> {
  if (bucketIn(place)) return treeAt(place, env);
  const held = await holdFolder(place);
  return { tree: folderTree(place), [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}
