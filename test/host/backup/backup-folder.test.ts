import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeBackup } from '../../../host/backup/backup-folder.ts';

/** More than all buffers on the way hold, and nothing that packs. */
const PIECES = Array.from({ length: 40 }, () => randomBytes(256 * 1024));

async function folder(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'gordon-backup-'));
  onTestFinished(() => rm(home, { recursive: true }));
  return join(home, 'saved');
}

it('keeps a large table, whose pieces come as they are taken', async () => {
  async function* pieces() {
    yield* PIECES;
  }
  const kept = await makeBackup(await folder(), (half) => half.keepTable('large', pieces()));
  expect(kept.bytes).toBeGreaterThan(40 * 256 * 1024);
});

it('fails with the error of a table that cannot be read to its end', async () => {
  async function* pieces() {
    yield* PIECES.slice(0, 20);
    throw new Error('the server is gone');
  }
  const saved = makeBackup(await folder(), (half) => half.keepTable('large', pieces()));
  await expect(saved).rejects.toThrow('the server is gone');
});
