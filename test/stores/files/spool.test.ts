import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool } from '../../../functions/stores/files/spool.ts';

let folder: string;
let now: number;
let made: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gordon-spool-'));
  now = Date.UTC(2025, 0, 1);
  made = [];
});
afterEach(() => rm(folder, { recursive: true }));

const spoolOf = (maxBytes = 1_000) => createSpool({ folder, maxBytes, clock: () => now });
const never = new AbortController().signal;
const bytes = (text: string) =>
  async function* (): AsyncGenerator<Uint8Array> {
    made.push(text);
    yield Buffer.from(text);
  };
const key = (name: string, revision = '1') => ({ name, revision });

/** Yields once, and then only ends with its signal. */
function endless() {
  const ended = Promise.withResolvers<unknown>();
  const begun = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    ended: ended.promise,
    async *pieces(signal: AbortSignal): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('some');
        begun.resolve();
        const { promise, reject } = Promise.withResolvers<never>();
        signal.addEventListener('abort', () => reject(signal.reason));
        await promise;
      } finally {
        ended.resolve(signal.reason);
      }
    },
  };
}

describe('a spool', () => {
  it('makes a file once for each query and state of the data', async () => {
    const spool = spoolOf();
    const first = await spool.file(key('a'), bytes('one'), never);
    expect(await spool.file(key('a'), bytes('one'), never)).toEqual(first);
    expect(await readFile(first.path, 'utf8')).toBe('one');
    expect(first).toMatchObject({ bytes: 3, sha256: expect.stringMatching(/^7692c3ad/) });
    await spool.file(key('a', '2'), bytes('two'), never);
    await spool.file(key('b'), bytes('three'), never);
    expect(made).toEqual(['one', 'two', 'three']);
  });

  it('makes it once for two at the same time', async () => {
    const spool = spoolOf();
    const [one, two] = await Promise.all([1, 2].map(() => spool.file(key('a'), bytes('one'), never)));
    expect([one, made]).toEqual([two, ['one']]);
  });

  it('goes on with the files of another process, and without what that left unfinished', async () => {
    const file = await spoolOf().file(key('a'), bytes('one'), never);
    await writeFile(join(folder, `${crypto.randomUUID()}.tmp`), 'half');
    expect(await spoolOf().file(key('a'), bytes('one'), never)).toEqual(file);
    expect([made, await readdir(folder)]).toEqual([['one'], [file.path.slice(folder.length + 1)]]);
  });

  it('is given up when the last of its callers has gone, and leaves nothing', async () => {
    const spool = spoolOf();
    const [one, two] = [new AbortController(), new AbortController()];
    const { pieces, begun, ended } = endless();
    const first = spool.file(key('a'), pieces, one.signal);
    const second = spool.file(key('a'), pieces, two.signal);
    await begun;
    one.abort(new Error('first gone'));
    await expect(first).rejects.toThrow('first gone');
    expect((await readdir(folder)).length).toBe(1);
    two.abort(new Error('second gone'));
    await expect(second).rejects.toThrow('second gone');
    expect(await ended).toEqual(new Error('second gone'));
    // Who comes now is not ended by those who went.
    const file = await spool.file(key('a'), bytes('one'), never);
    expect(await readdir(folder)).toEqual([file.path.slice(folder.length + 1)]);
  });

  it('leaves no half file when its rows fail or the disk is full', async () => {
    const spool = spoolOf();
    const failing = (error: Error) =>
      async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        throw error;
      };
    await expect(spool.file(key('a'), failing(new Error('no database')), never)).rejects.toThrow(
      'no database',
    );
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    await expect(spool.file(key('a'), failing(full), never)).rejects.toMatchObject({
      code: 'spool-full',
      status: 507,
    });
    expect(await readdir(folder)).toEqual([]);
    expect((await spool.file(key('a'), bytes('one'), never)).bytes).toBe(3);
  });

  it('refuses a file that is larger than all of it, and leaves nothing of it', async () => {
    const large = spoolOf(10).file(key('a'), bytes('eleven byte'), never);
    await expect(large).rejects.toMatchObject({ code: 'answer-too-large' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes away what was used least', async () => {
    const spool = spoolOf(10);
    const files = [];
    for (const name of ['a', 'b']) {
      files.push(await spool.file(key(name), bytes('four'), never));
      now += 60_000;
    }
    await spool.file(key('a'), bytes('four'), never);
    now += 60_000;
    await spool.file(key('c'), bytes('four'), never);
    expect(files.map(({ path }) => existsSync(path))).toEqual([true, false]);
    expect(made).toEqual(['four', 'four', 'four']);
  });

  it('knows for a minute which file a query had', async () => {
    const spool = spoolOf();
    const file = await spool.file(key('a'), bytes('one'), never);
    expect([spool.recent('a'), spool.recent('b')]).toEqual([file, undefined]);
    now += 60_001;
    expect(spool.recent('a')).toBeUndefined();
  });
});
