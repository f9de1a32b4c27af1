import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderTree, holdFolder } from '../../../functions/runtime/exports/folder-tree.ts';

const parent = mkdtempSync(join(tmpdir(), 'gordon-tree-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let count = 0;
const fresh = (): string => join(parent, String(++count));
const PATH = 'spot_klines/symbol=BTCUSDT/2025-03.parquet';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the database has gone away');
}
const namesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('a tree in a folder', () => {
  it('has a file with its size and hash, and no other one', async () => {
    const folder = fresh();
    const tree = folderTree(folder);
    expect([await tree.sizes(), await tree.read(PATH)]).toEqual([new Map(), undefined]);
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await tree.put(PATH, pieces('one', ' two'))).toEqual({ bytes: 7, sha256 });
    expect([await tree.sizes(), await tree.read(PATH)]).toEqual([new Map([[PATH, 7]]), 'one two']);
    await tree.put(PATH, pieces('three'));
    expect(await tree.read(PATH)).toBe('three');
    await tree.remove(PATH);
    await tree.remove(PATH);
    expect(namesIn(folder)).toEqual(['.gordon-export']);
  });

  it('keeps the old file when the new one fails half-way, and nothing of the new one', async () => {
    const folder = fresh();
    const tree = folderTree(folder);
    await tree.put(PATH, pieces('old'));
    await expect(tree.put(PATH, broken())).rejects.toThrow('the database has gone away');
    expect([await tree.sizes(), await tree.read(PATH)]).toEqual([new Map([[PATH, 3]]), 'old']);
    expect(readdirSync(join(folder, '.gordon-export'))).toEqual([]);
  });

  it('says why a file cannot be written', async () => {
    const folder = fresh();
    writeFileSync(folder, 'a file where the folder should be');
    await expect(folderTree(folder).put(PATH, pieces('x'))).rejects.toMatchObject({
      code: 'export-not-written',
      subject: join(folder, PATH),
    });
  });

  it('has no half file when the disk is full', async () => {
    const folder = fresh();
    mkdirSync(folder);
    const script = `
      import { folderTree } from '${join(process.cwd(), 'functions/runtime/exports/folder-tree.ts')}';
      const tree = folderTree('${folder}');
      const pieces = async function* (n) { for (let i = 0; i < n; i++) yield Buffer.alloc(4096); };
      await tree.put('small', pieces(1));
      await tree.put('small', pieces(100)).catch((error) => console.log(error.code));
      await tree.put('after', pieces(1));
      console.log([...await tree.sizes()].sort().join(' '));`;
    writeFileSync(join(parent, 'fill.mjs'), script);
    // A limit on the size of files stands for the end of the disk: the call to write fails in the same place.
    const ran = spawnSync(
      'sh',
      ['-c', `ulimit -f 64; exec "$0" "$1"`, process.execPath, join(parent, 'fill.mjs')],
      {
        encoding: 'utf8',
      },
    );
    expect([ran.stdout, ran.stderr]).toEqual(['disk-full\nafter,4096 small,4096\n', '']);
    expect(namesIn(folder)).toEqual(['.gordon-export', 'after', 'small']);
  });
});

describe('a folder that is exported into', () => {
  it('is held by one process at a time, and taken over from one that has died', async () => {
    const folder = fresh();
    const lock = join(folder, '.gordon-export', 'lock');
    {
      await using _held = await holdFolder(folder);
      expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
      await expect(holdFolder(folder)).rejects.toMatchObject({ code: 'export-runs' });
    }
    expect(namesIn(folder)).toEqual([]);
    const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
    mkdirSync(join(folder, '.gordon-export'));
    writeFileSync(lock, gone);
    writeFileSync(join(folder, '.gordon-export', 'draft'), 'half a month');
    await using _held = await holdFolder(folder);
    expect(existsSync(join(folder, '.gordon-export', 'draft'))).toBe(false);
  });
});
