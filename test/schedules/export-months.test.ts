import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../functions/core/exports/manifest.ts';
import { holdFolder } from '../../functions/runtime/exports/folder-tree.ts';
import { newKey, signerOf } from '../../functions/runtime/exports/keys.ts';
import { createServices, type Services } from '../../functions/runtime/services.ts';
import { createHandler } from '../../functions/schedules/export-months.ts';
import { sources } from '../../functions/sources/index.ts';
import { fill } from '../cli/export/support.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'gordon-scheduled-'));
const key = newKey();
const JANUARY = Date.UTC(2025, 0, 1);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await fill(database.connect(), sources.fear_greed!, [JANUARY, Date.UTC(2025, 1, 1)]);
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** One run with an environment of its own. */
async function run(env: Record<string, string>): Promise<unknown> {
  const services: Services = await createServices({ GORDON_DATABASE_URL: database.url, ...env });
  try {
    return await createHandler(async () => services)({}, {} as never);
  } finally {
    await services.close();
  }
}

it('keeps the folder that the operator named up to date, and signs it', async () => {
  const env = { GORDON_EXPORT_TO: folder, GORDON_EXPORT_KEY: key };
  const first = await run(env);
  expect(first).toMatchObject({ written: 2, kept: 0, rows: 2, left: 0 });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  expect([manifest.signature?.key, manifest.root]).toEqual([signerOf(key).id, (first as Manifest).root]);
  await database.connect({ max: 1 })`
    update market_data.fear_greed set value = 1 where time = ${new Date(JANUARY)}`;
  expect(await run(env)).toMatchObject({ written: 1, kept: 1 });
});

it('does nothing where no tree is named, and says which key it cannot read', async () => {
  expect(await run({})).toEqual({ skipped: true });
  await expect(run({ GORDON_EXPORT_TO: folder, GORDON_EXPORT_KEY: 'a word' })).rejects.toMatchObject({
    code: 'bad-environment',
    subject: 'GORDON_EXPORT_KEY',
  });
});

it('leaves a tree alone that somebody exports into by hand, and does its work in the next run', async () => {
  const env = { GORDON_EXPORT_TO: folder };
  {
    await using _held = await holdFolder(folder);
    expect(await run(env)).toEqual({ skipped: true, busy: true });
  }
  expect(await run(env)).toMatchObject({ kept: 2 });
});
