import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../functions/core/exports/manifest.ts';
import { runExport } from '../../../functions/core/exports/run-export.ts';
import { signManifest } from '../../../functions/core/exports/signed.ts';
import { type TreeVerdict, verifyTree } from '../../../functions/core/exports/verify-tree.ts';
import { checkSignature, newKey, signerOf } from '../../../functions/runtime/exports/keys.ts';
import { sources } from '../../../functions/sources/index.ts';
import { sha256 } from '../../../functions/stores/files/sha256.ts';
import { memoryReader, memoryTree, NOW, portsOver } from './memory.ts';

const DAY = 86_400_000;
const JANUARY = Date.UTC(2025, 0, 1);
const signer = signerOf(newKey());
const [first, second, third] = ['01', '02', '03'].map(
  (month) => `spot_klines/symbol=BTCUSDT/2025-${month}.parquet`,
);

/** A tree of three months, as it was written; signed. */
async function written(): Promise<Map<string, string>> {
  const rows = [0, 40, 70].map((n) => ({ at: JANUARY + n * DAY, close: n }));
  const series = {
    source: 'klines_spot',
    symbol: 'BTCUSDT',
    timeframe: '1m',
    requested: [{ start: JANUARY, end: NOW }],
    entries: [],
    rows,
  } as const;
  const tree = memoryTree();
  const ports = portsOver(memoryReader([{ ...series }]), tree, { signer });
  const all = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
  const request = {
    sources: Object.values(sources),
    range: all,
    format: 'parquet',
    completeOnly: false,
  } as const;
  const quiet = { planned() {}, wrote() {}, month() {} };
  await runExport(ports, request, quiet, { signal: new AbortController().signal });
  return tree.files;
}

const manifestOf = (files: ReadonlyMap<string, string>) =>
  JSON.parse(files.get('manifest.json')!) as Manifest;
const verify = (
  files: Map<string, string>,
  key?: string,
  document: unknown = manifestOf(files),
): Promise<TreeVerdict> => {
  const tree = memoryTree();
  for (const [path, text] of files) tree.files.set(path, text);
  return verifyTree({ sha256, check: checkSignature }, document, tree, new AbortController().signal, key);
};
const differences = async (...of: Parameters<typeof verify>) =>
  (await verify(...of)).differences.map(({ kind, path }) => `${kind} ${path}`);

describe('a tree', () => {
  it('is identical as it was written, whoever checks', async () => {
    const files = await written();
    const verdict = await verify(files, signer.publicKey);
    expect(verdict).toMatchObject({
      differences: [],
      files: 3,
      rows: 3,
      key: signer.id,
      root: manifestOf(files).root,
    });
    files.set('README.txt', 'a word of the publisher');
    expect(await differences(files)).toEqual([]);
  });

  it('names a file that is damaged, missing, swapped or extra, the first one first', async () => {
    const damaged = await written();
    damaged.set(second!, `${damaged.get(second!)} `);
    expect(await differences(damaged)).toEqual([`damaged ${second}`]);
    const missing = await written();
    missing.delete(first!);
    missing.delete(third!);
    expect(await differences(missing)).toEqual([`missing ${first}`, `missing ${third}`]);
    const swapped = await written();
    const [a, b] = [swapped.get(first!)!, swapped.get(second!)!];
    swapped.set(first!, b).set(second!, a);
    expect(await differences(swapped)).toEqual([`swapped ${first}`, `swapped ${second}`]);
    const extra = await written();
    extra.set('spot_klines/symbol=BTCUSDT/2025-04.parquet', 'x');
    expect(await differences(extra)).toEqual(['extra spot_klines/symbol=BTCUSDT/2025-04.parquet']);
  });

  it('is not that of a manifest that somebody changed', async () => {
    const files = await written();
    const manifest = manifestOf(files);
    const [one, ...others] = manifest.files;
    const other = (change: Partial<Manifest['files'][number]>) => ({
      ...manifest,
      files: [{ ...one!, ...change }, ...others],
    });
    // The rows of a month, with a chain that fits no more.
    expect(await differences(files, undefined, other({ rows: 2 }))).toEqual([
      `chain ${first}`,
      'signature manifest.json',
    ]);
    expect(await differences(files, undefined, { ...manifest, root: 'f'.repeat(64) })).toEqual([
      'chain manifest.json',
      'signature manifest.json',
    ]);
    // A file with its hash: the chain is of the rows alone, the signature is of all.
    files.set(first!, 'forged');
    const forged = other({ sha256: createHash('sha256').update('forged').digest('hex') });
    expect(await differences(files, undefined, forged)).toEqual(['signature manifest.json']);
    expect(await differences(files, undefined, { ...forged, note: 'a field of a later version' })).toEqual([
      'signature manifest.json',
    ]);
    // And signed anew by somebody else: only who knows the key sees it.
    const { signature: _, ...unsigned } = forged;
    const resigned = signManifest(sha256, unsigned, signerOf(newKey()));
    expect(await differences(files, undefined, resigned)).toEqual([]);
    expect(await differences(files, signer.publicKey, resigned)).toEqual(['signature manifest.json']);
    expect(await differences(files, signer.publicKey, { ...unsigned, signature: null })).toEqual([
      'signature manifest.json',
    ]);
    files.set(first!, (await written()).get(first!)!);
    expect(
      await differences(files, undefined, {
        ...manifest,
        signature: { ...manifest.signature!, root: 'AAAA' },
      }),
    ).toEqual(['signature manifest.json']);
  });

  it('has a manifest whose signature covers fields that this version does not know', async () => {
    const files = await written();
    const { signature: _, ...unsigned } = { ...manifestOf(files), note: 'later' };
    expect(await differences(files, signer.publicKey, signManifest(sha256, unsigned, signer))).toEqual([]);
  });
});
