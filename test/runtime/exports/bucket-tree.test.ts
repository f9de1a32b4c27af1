import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bucketIn } from '../../../functions/runtime/exports/bucket-tree.ts';
import { PART_BYTES } from '../../../functions/runtime/exports/bucket-upload.ts';
import { holdTree, treeAt } from '../../../functions/runtime/exports/open-tree.ts';
import { until } from '../../helpers/until.ts';
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
    await using held = await holdTree('s3://market-data/exports/', env, Date.now);
    const { tree } = held;
    expect([tree.name, await tree.sizes(), await tree.read(PATH), await tree.bytes(PATH, never)]).toEqual([
      's3://market-data/exports',
      new Map(),
      undefined,
      undefined,
    ]);
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await tree.put(PATH, pieces('one', ' two'))).toEqual({ bytes: 7, sha256 });
    expect([await tree.read(PATH), String(await tree.bytes(PATH, never))]).toEqual(['one two', 'one two']);
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
    expect([...s3.objects.keys()].sort()).toEqual([
      'elsewhere',
      'exports/.gordon-export/lock',
      'exports/b',
      'exports/c',
      `exports/${PATH}`,
    ]);
  });

  it('takes a large file in parts, whole or not at all, and gives up the parts of one that failed', async () => {
    await using open = treeAt('s3://market-data/large', env);
    const part = Buffer.alloc(PART_BYTES, 'a part of a month ');
    async function* large(): AsyncGenerator<Uint8Array> {
      yield part;
      yield part;
      yield Buffer.from('the end');
    }
    const put = await open.tree.put('a', large());
    expect(put.bytes).toBe(2 * PART_BYTES + 7);
    const there = s3.objects.get('large/a')!;
    expect([createHash('sha256').update(there).digest('hex'), s3.uploads.size]).toEqual([put.sha256, 0]);
    s3.refuse = { status: 403, code: 'AccessDenied' };
    await expect(open.tree.put('b', large())).rejects.toMatchObject({ code: 'export-not-written' });
    expect([s3.objects.has('large/b'), s3.uploads.size]).toEqual([false, 0]);
    // A part that S3 has no time for is sent again by itself.
    s3.refuse = { status: 503, code: 'SlowDown' };
    expect(await open.tree.put('b', large())).toEqual(put);
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

describe('a place in a bucket that is exported into', () => {
  const LOCK = 'held/.gordon-export/lock';
  const hold = (now: number) => holdTree('s3://market-data/held', env, () => now);

  it('is held by one export at a time, and is not part of the tree', async () => {
    {
      await using held = await hold(0);
      expect(s3.objects.has(LOCK)).toBe(true);
      expect(await held.tree.sizes()).toEqual(new Map());
      await expect(hold(60_000)).rejects.toMatchObject({
        code: 'export-runs',
        subject: 's3://market-data/held',
        message: expect.stringContaining(`process ${process.pid} of `),
      });
    }
    expect(s3.objects.has(LOCK)).toBe(false);
    await using _next = await hold(0);
  });

  it('is taken over from an export that has died, and from a lock that nobody can read', async () => {
    const held = JSON.stringify({ id: 'a', host: 'elsewhere', pid: 1, renewed: 0 });
    s3.objects.set(LOCK, Buffer.from(held));
    await expect(hold(4 * 60_000)).rejects.toMatchObject({ code: 'export-runs' });
    {
      await using _taken = await hold(6 * 60_000);
      expect(String(s3.objects.get(LOCK))).toContain(`"pid":${process.pid}`);
    }
    s3.objects.set(LOCK, Buffer.from('nonsense'));
    await using _again = await hold(0);
  });

  it('is not written to by an export that slept while another one took it over', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const held = await hold(0);
      await held.tree.put('a', pieces('mine'));
      s3.objects.set(LOCK, Buffer.from(JSON.stringify({ id: 'other', host: 'x', pid: 2, renewed: 9e9 })));
      vi.advanceTimersByTime(60_000);
      await until('it has noticed', () =>
        held.tree.put('b', pieces('late')).then(
          () => false,
          () => true,
        ),
      );
      await expect(held.tree.put('a', pieces('late'))).rejects.toMatchObject({ code: 'export-runs' });
      await expect(held.tree.remove('a')).rejects.toMatchObject({ code: 'export-runs' });
      expect(String(s3.objects.get('held/a'))).toBe('mine');
      await held[Symbol.asyncDispose]();
      // The lock of the other one stays.
      expect(String(s3.objects.get(LOCK))).toContain('"id":"other"');
    } finally {
      vi.useRealTimers();
      s3.objects.delete(LOCK);
    }
  });
});
