import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

it('is refused by a name that another backup took meanwhile, which stays', async () => {
  const saved = await folder();
  const manifest = {} as never;
  const slow = makeBackup(saved, async (half) => {
    await makeBackup(saved, async (quick) => {
      await quick.keepFile('jobs.db', (path) => void spawnSync('cp', [import.meta.filename, path]));
      await quick.finish(manifest);
    });
    await half.finish(manifest);
  });
  await expect(slow).rejects.toMatchObject({ code: 'backup-exists', subject: saved });
  expect(await readdir(saved)).toContain('jobs.db');
  expect(await readdir(dirname(saved))).toEqual(['saved']);
});

/** Kept by a process that is killed in the middle. */
const KILLED = `
  import { writeFileSync } from 'node:fs';
  import { makeBackup } from ${JSON.stringify(new URL('../../../host/backup/backup-folder.ts', import.meta.url).href)};
  await makeBackup(process.argv[1], async (half) => {
    await half.keepFile('jobs.db', (path) => writeFileSync(path, 'half'));
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => setInterval(() => {}, 1_000));
  });`;

it('that is killed leaves a hidden folder, and the next one beside it removes that', async () => {
  const saved = await folder();
  const place = dirname(saved);
  const killed = spawnSync(process.execPath, ['--input-type=module', '-e', KILLED, saved], {
    encoding: 'utf8',
  });
  expect([killed.signal, killed.stderr]).toEqual(['SIGKILL', '']);
  const [left, ...others] = await readdir(place);
  expect([left, others]).toEqual([expect.stringMatching(/^\.saved\..*\.half$/), []]);
  await writeFile(join(place, '.notes.half'), 'of somebody else');
  await makeBackup(join(place, 'another'), async (half) => {
    // One that is at work is left alone, also by another backup of this process.
    await half.keepFile('jobs.db', (path) => void spawnSync('cp', [import.meta.filename, path]));
    await makeBackup(join(place, 'third'), async () => {});
    const there = (await readdir(place)).filter((name) => name !== '.notes.half');
    expect(there).toEqual([expect.stringMatching(/^\.another\./)]);
  });
  expect(await readdir(place)).toEqual(['.notes.half']);
});
