import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketIn } from '../../../functions/runtime/exports/bucket-tree.ts';
import { holdTree, treeAt } from '../../../functions/runtime/exports/open-tree.ts';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';

const PATH = 'spot_klines/symbol=币安人生USDT/2025-03.parquet';
const never = new AbortController().signal;

let s3: FakeS3;
let env: Record<string, string>;
beforeAll(async () => {
  s3 = await startFakeS3('market-data');
  env = {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
});
afterAll(() => s3?.[Symbol.asyncDispose]());

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a tree in a bucket', () => {
  it('has objects below its prefix, whole, with their size and hash', async () => {
    await using held = await holdTree('s3://market-data/exports/', env);
    const { tree } = held;
    expect([tree.name, await tree.sizes(), await tree.read(PATH), await tree.hash(PATH, never)]).toEqual([
      's3://market-data/exports',
      new Map(),
      undefined,
      undefined,
    ]);
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await tree.put(PATH, pieces('one', ' two'))).toEqual({ bytes: 7, sha256 });
    expect([await tree.read(PATH), await tree.hash(PATH, never)]).toEqual(['one two', sha256]);
    for (const name of ['a', 'b', 'c']) await tree.put(name, pieces(name));
    s3.objects.set('elsewhere', Buffer.from('x'));
    // More than one page of keys.
    expect([...(await tree.sizes())].sort()).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      [PATH, 7],
    ]);
    await tree.remove('a');
    await tree.remove('a');
    expect([...s3.objects.keys()].sort()).toEqual(['elsewhere', 'exports/b', 'exports/c', `exports/${PATH}`]);
  });

  it('keeps the old object when the new one fails', async () => {
    await using open = treeAt('s3://market-data/exports', env);
    const broken = (async function* () {
      yield Buffer.from('half');
      throw new Error('the database has gone away');
    })();
    await expect(open.tree.put(PATH, broken)).rejects.toThrow('the database has gone away');
    s3.refuse = { status: 403, code: 'AccessDenied' };
    await expect(open.tree.put(PATH, pieces('new'))).rejects.toMatchObject({
      code: 'export-not-written',
      subject: `s3://market-data/exports/${PATH}`,
      message: expect.stringContaining('AccessDenied'),
    });
    expect(await open.tree.read(PATH)).toBe('one two');
    // What passes is tried again.
    s3.refuse = { status: 503, code: 'SlowDown' };
    await open.tree.put(PATH, pieces('three'));
    expect(await open.tree.read(PATH)).toBe('three');
  });

  it('says which bucket there is not', async () => {
    await using open = treeAt('s3://no-such-bucket', env);
    await expect(open.tree.put('a', pieces('a'))).rejects.toMatchObject({
      code: 'export-not-written',
      subject: 's3://no-such-bucket/a',
    });
    await expect(open.tree.sizes()).rejects.toMatchObject({ code: 'export-not-written' });
  });
});

describe('an address', () => {
  it('is that of a bucket, with or without a prefix, or of none', () => {
    expect(bucketIn('s3://a-b.c')).toEqual({ bucket: 'a-b.c', prefix: '' });
    expect(bucketIn('s3://abc/d/e/')).toEqual({ bucket: 'abc', prefix: 'd/e/' });
    expect(bucketIn('./s3')).toBeUndefined();
    for (const wrong of ['s3://', 's3://A', 's3://ab_c/d', 's3:///x']) {
      expect(() => bucketIn(wrong)).toThrow(
        expect.objectContaining({ code: 'invalid-request', name: 'BadRequest' }),
      );
    }
  });
});
