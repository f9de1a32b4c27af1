import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monthColumns, withWholeTable } from '../../../functions/core/exports/columns.ts';
import { MONTH_FORMATS, type MonthFormat } from '../../../functions/core/exports/layout.ts';
import type { Manifest } from '../../../functions/core/exports/manifest.ts';
import type { ColumnBatch } from '../../../functions/core/queries/export/columnar.ts';
import { READERS } from '../../../functions/runtime/exports/readers.ts';
import { WRITERS } from '../../../functions/runtime/exports/writers.ts';
import { sources } from '../../../functions/sources/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { gordon } from '../support/run.ts';
import { fill, manifestIn } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'gordon-verify-'));
const source = sources.funding_bybit!;
const columns = monthColumns(withWholeTable(sources, source));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const [january, february] = [Date.UTC(2025, 0, 1), Date.UTC(2025, 1, 1)];
  await fill(database.connect(), source, [january, january + 8 * 3_600_000, february]);
  for (const format of MONTH_FORMATS) {
    const args = ['export', source.id, '--format', format, '--out', join(folder, format)];
    expect(await gordon(args, { env: { GORDON_DATABASE_URL: database.url } })).toMatchObject({ code: 0 });
  }
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A tree of its own, whose manifest somebody brings in line with the files that he changed. */
function forged(name: string, format: MonthFormat, change: (place: string, manifest: Manifest) => void) {
  const place = join(folder, name);
  cpSync(join(folder, format), place, { recursive: true });
  const manifest = structuredClone(manifestIn(place));
  change(place, manifest);
  for (const file of manifest.files as unknown as { path: string; sha256: string; bytes: number }[]) {
    const bytes = readFileSync(join(place, file.path));
    file.sha256 = createHash('sha256').update(bytes).digest('hex');
    file.bytes = bytes.length;
  }
  writeFileSync(join(place, 'manifest.json'), JSON.stringify(manifest));
  return (...args: string[]) => gordon(['export', 'verify', place, ...args]);
}

async function rewritten(format: MonthFormat, path: string, change: (batch: ColumnBatch) => ColumnBatch) {
  const batches: ColumnBatch[] = [];
  for await (const batch of READERS[format](readFileSync(path), columns)) batches.push(change(batch));
  const pieces: Uint8Array[] = [];
  for await (const piece of WRITERS[format](columns, batches)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a file that somebody changed together with its SHA-256 in the manifest', () => {
  it.each(MONTH_FORMATS)('is named by its rows: %s', async (format) => {
    const rate = columns.findIndex(({ name }) => name === 'rate');
    const { path } = manifestIn(join(folder, format)).files[0]!;
    const bytes = await rewritten(format, join(folder, format, path), (batch) => {
      const data = (batch.columns[rate] as Float64Array).slice();
      data[1] = 0.5;
      return { ...batch, columns: batch.columns.with(rate, data) };
    });
    const verify = forged(`edited-${format}`, format, (place) => writeFileSync(join(place, path), bytes));
    const ran = await verify();
    expect([ran.code, ran.stdout]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^rows: ${path}: its rows have the hash [0-9a-f]{64}, not [0-9a-f]{64}\\n$`),
      ),
    ]);
    // The bytes alone fit.
    expect(await verify('--no-rows')).toMatchObject({ code: 0 });
  });

  it('is named when it is another month, or no such file at all', async () => {
    const swap = forged('swapped', 'parquet', (place, { files }) => {
      const [a, b] = files.map(({ path }) => join(place, path)) as [string, string];
      const [first, second] = [readFileSync(a), readFileSync(b)];
      writeFileSync(a, second);
      writeFileSync(b, first);
    });
    expect((await swap()).stdout).toMatch(
      /^rows: \S+2025-01.parquet: its rows are 1, not 2; 1 other difference\n$/,
    );
    const nonsense = forged('nonsense', 'parquet', (place, { files }) =>
      writeFileSync(join(place, files[1]!.path), 'not a file of rows'),
    );
    expect((await nonsense()).stdout).toMatch(/^rows: \S+2025-02.parquet: its rows cannot be read: .+\n$/);
  });
});

it('has nothing of an aggregate, and says of which table it is computed', async () => {
  const ran = await gordon(['export', 'price_klines_1h', '--out', join(folder, 'x')]);
  expect([ran.code, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toMatch(/price_klines_1h: it is computed from price_klines, .*every=1h/);
});
