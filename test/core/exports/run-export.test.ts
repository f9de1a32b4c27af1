import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../functions/core/exports/manifest.ts';
import { type ExportRequest, planExport } from '../../../functions/core/exports/plan-export.ts';
import { runExport } from '../../../functions/core/exports/run-export.ts';
import type { LedgerEntry } from '../../../functions/core/queries/ports.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { newKey, signerOf } from '../../../functions/runtime/exports/keys.ts';
import { sources } from '../../../functions/sources/index.ts';
import { type Candle, type MemorySeries, memoryReader, memoryTree, NOW, portsOver } from './memory.ts';

const JANUARY = Date.UTC(2025, 0, 1);
const MAY = Date.UTC(2025, 4, 1);
const ALL = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
const REQUEST: ExportRequest = {
  sources: Object.values(sources),
  range: ALL,
  format: 'parquet',
  completeOnly: false,
};
const QUIET = { planned() {}, wrote() {}, month() {} };
const never = new AbortController().signal;
const run = (
  ports: ReturnType<typeof portsOver>,
  request: Partial<ExportRequest> = {},
  limits = { signal: never },
) => runExport(ports, { ...REQUEST, ...request }, QUIET, limits);

const have = (start: number, end: number): LedgerEntry => ({
  start,
  end,
  state: 'have',
  reason: null,
  evidence: [],
  rows: 0,
  object: null,
  sha256: null,
  jobId: 'j',
  chunk: 'c',
  fetchedAt: 0,
});

const series = (symbol: string, rows: readonly Candle[], more: Partial<MemorySeries> = {}): MemorySeries => ({
  source: 'klines_spot',
  symbol,
  timeframe: '1m',
  requested: [{ start: JANUARY, end: NOW }],
  entries: [],
  rows,
  ...more,
});
const candles = (...ats: readonly number[]): Candle[] => ats.map((at) => ({ at, close: at / MINUTE }));
const day = (n: number): number => JANUARY + n * DAY;
const paths = ({ files }: Pick<Manifest, 'files'>) => files.map(({ path }) => path);

describe('an export', () => {
  it('writes a file for each month that has rows, and names those that have none', async () => {
    const tree = memoryTree();
    const reader = memoryReader([
      series('ETHUSDT', candles(day(0), day(1), day(40))),
      series('BTCUSDT', candles(day(2))),
    ]);
    const { manifest, ...tally } = await run(portsOver(reader, tree));
    expect(tally).toMatchObject({ written: 3, kept: 0, removed: 0, absent: 9, rows: 4 });
    expect(paths(manifest)).toEqual([
      'spot_klines/symbol=BTCUSDT/2025-01.parquet',
      'spot_klines/symbol=ETHUSDT/2025-01.parquet',
      'spot_klines/symbol=ETHUSDT/2025-02.parquet',
    ]);
    expect([...tree.files.keys()].sort()).toEqual(['manifest.json', ...paths(manifest)]);
    expect(JSON.parse(tree.files.get('manifest.json')!)).toEqual(JSON.parse(JSON.stringify(manifest)));
    expect(manifest.absent.slice(0, 2).map(({ month, days }) => [month, days])).toEqual([
      ['2025-02', [{ from: '2025-02-01T00:00:00Z', to: '2025-03-01T00:00:00Z', condition: 'missing' }]],
      ['2025-03', [{ from: '2025-03-01T00:00:00Z', to: '2025-04-01T00:00:00Z', condition: 'missing' }]],
    ]);
    expect(manifest.files[1]).toMatchObject({
      rows: 2,
      first: '2025-01-01T00:00:00Z',
      last: '2025-01-02T00:00:00Z',
    });
  });

  it('reads no rows and writes no month where nothing has changed', async () => {
    const tree = memoryTree();
    const seen = { rows: 0 };
    const reader = memoryReader([series('BTCUSDT', candles(day(0), day(40)))], seen);
    await run(portsOver(reader, tree));
    expect(seen.rows).toBe(2);
    expect(await run(portsOver(reader, tree))).toMatchObject({ written: 0, kept: 2, absent: 4 });
    expect(seen.rows).toBe(2);
  });

  it('goes on with what the last one left, after it was stopped or failed', async () => {
    const stop = new AbortController();
    const tree = memoryTree((path) => {
      if (path.includes('2025-02')) throw new Error('no room');
    });
    const rows = candles(day(0), day(40), day(70));
    const reader = memoryReader([series('BTCUSDT', rows)]);
    await expect(run(portsOver(reader, tree))).rejects.toThrow('no room');
    expect([...tree.files.keys()]).toEqual(['spot_klines/symbol=BTCUSDT/2025-01.parquet', 'manifest.json']);
    const seen = { rows: 0 };
    const open = memoryTree();
    for (const [path, text] of tree.files) open.files.set(path, text);
    const stopping = { ...QUIET, month: () => stop.abort(new Error('stopped')) };
    const again = portsOver(memoryReader([series('BTCUSDT', rows)], seen), open);
    await expect(runExport(again, REQUEST, stopping, { signal: stop.signal })).rejects.toThrow('stopped');
    // What was at work when it stopped is not counted.
    seen.rows = 0;
    expect(await run(again)).toMatchObject({ written: 2, kept: 1 });
    expect(seen.rows).toBe(2);
  });

  it('begins no month after its time, and the next one has the rest', async () => {
    const tree = memoryTree();
    const ports = portsOver(memoryReader([series('BTCUSDT', candles(day(0), day(40)))]), tree);
    const late = await runExport(ports, REQUEST, QUIET, { signal: never, until: NOW - 1 });
    expect(late).toMatchObject({ written: 0, left: 2 });
    expect(await run(ports)).toMatchObject({ written: 2, left: 0 });
  });

  it('leaves months out that are not complete, where it is to', async () => {
    const january = periodAt('month', JANUARY);
    const whole = Array.from({ length: (january.end - january.start) / DAY }, (_, n) => day(n));
    const of: MemorySeries = {
      ...series('BTCUSDT', candles(...whole, day(40))),
      source: 'klines_spot',
      timeframe: '1d',
      entries: [have(january.start, january.end)],
    };
    const tree = memoryTree();
    const ports = portsOver(memoryReader([of]), tree);
    const { manifest } = await run(ports, { completeOnly: true });
    expect(paths(manifest)).toEqual(['spot_klines/symbol=BTCUSDT/2025-01.1d.parquet']);
    expect(manifest.absent.map(({ month, rows }) => [month, rows])).toContainEqual(['2025-02', 1]);
    await run(ports);
    expect(tree.files.has('spot_klines/symbol=BTCUSDT/2025-02.1d.parquet')).toBe(true);
    // It was exported, and should not be any more.
    expect(await run(ports, { completeOnly: true })).toMatchObject({ removed: 1, kept: 1 });
    expect(tree.files.has('spot_klines/symbol=BTCUSDT/2025-02.1d.parquet')).toBe(false);
  });

  it('touches only what was requested', async () => {
    const tree = memoryTree();
    const eth = series('ETHUSDT', candles(day(0)));
    const ports = portsOver(memoryReader([series('BTCUSDT', candles(day(0), day(40))), eth]), tree);
    await run(ports);
    eth.rows = [];
    const range = { start: day(31), end: day(32) };
    expect(await run(ports, { symbols: ['BTCUSDT'], range })).toMatchObject({
      kept: 1,
      removed: 0,
      absent: 0,
    });
    expect(tree.files.has('spot_klines/symbol=ETHUSDT/2025-01.parquet')).toBe(true);
    // A series that was purged is in the manifest alone.
    const without = portsOver(memoryReader([series('BTCUSDT', candles(day(0), day(40)))]), tree);
    const { manifest } = await run(without);
    expect(paths(manifest)).not.toContain('spot_klines/symbol=ETHUSDT/2025-01.parquet');
    expect(tree.files.has('spot_klines/symbol=ETHUSDT/2025-01.parquet')).toBe(false);
  });

  it('refuses a tree of another form', async () => {
    const tree = memoryTree();
    const ports = portsOver(memoryReader([series('BTCUSDT', candles(day(0)))]), tree);
    await run(ports);
    const refused = expect.objectContaining({ code: 'export-mismatch', name: 'BadRequest' });
    await expect(run(ports, { format: 'csv' })).rejects.toEqual(refused);
    const simulated = { ...ports, reader: { ...ports.reader, isSimulated: async () => true } };
    await expect(run(simulated)).rejects.toEqual(refused);
    tree.files.set('manifest.json', '{"format":"mine"}');
    await expect(run(ports)).rejects.toEqual(refused);
  });

  it('has the same root for the same rows, whatever the form, the ledger and the key', async () => {
    const rows = candles(day(0), day(40), MAY);
    const one = memoryReader([series('BTCUSDT', rows), series('ETHUSDT', rows)]);
    const other = memoryReader([
      series('ETHUSDT', rows, { entries: [have(JANUARY, day(3))] }),
      series('BTCUSDT', rows, { requested: [{ start: MAY, end: NOW }] }),
    ]);
    const signer = signerOf(newKey());
    const a = await run(portsOver(one, memoryTree()));
    const b = await run(portsOver(other, memoryTree(), { signer, clock: () => NOW + DAY }), {
      format: 'csv',
    });
    expect(b.manifest.root).toBe(a.manifest.root);
    expect(b.manifest.signature?.key).toBe(signer.id);
  });
});

describe('months that changed', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(150), close: fc.nat(3) }),
    fc.record({ kind: fc.constant('delete' as const), at: fc.nat(150), close: fc.constant(0) }),
    fc.record({ kind: fc.constant('lose' as const), at: fc.nat(150), close: fc.constant(0) }),
    fc.record({ kind: fc.constant('export' as const), at: fc.constant(0), close: fc.constant(0) }),
  );

  it('are written again and no others, so that the tree is always what a fresh export makes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const of = series('BTCUSDT', []);
        const tree = memoryTree();
        const seen = { rows: 0 };
        const ports = portsOver(memoryReader([of], seen), tree);
        for (const { kind, at, close } of [...steps, { kind: 'export' as const, at: 0, close: 0 }]) {
          const rest = of.rows.filter((row) => row.at !== day(at));
          if (kind === 'set') of.rows = [...rest, { at: day(at), close }].sort((a, b) => a.at - b.at);
          if (kind === 'delete') of.rows = rest;
          // Somebody deletes or cuts a file of the tree.
          if (kind === 'lose') {
            for (const [path, text] of tree.files) {
              if (path === `spot_klines/symbol=BTCUSDT/${periodAt('month', day(at)).name}.parquet`) {
                if (at % 2) tree.files.delete(path);
                else tree.files.set(path, text.slice(1));
              }
            }
          }
          if (kind !== 'export') continue;
          seen.rows = 0;
          const before = { manifest: manifestOf(tree.files), sizes: await tree.sizes() };
          const { months } = await planExport(ports, REQUEST, before, never);
          const written = months.filter(({ action }) => action === 'write');
          await run(ports);
          expect(seen.rows).toBe(written.reduce((sum, { rows }) => sum + rows, 0));
          const fresh = memoryTree();
          await run(portsOver(memoryReader([of]), fresh));
          expect(monthsIn(tree.files)).toEqual(monthsIn(fresh.files));
          expect(manifestOf(tree.files)!.root).toBe(manifestOf(fresh.files)!.root);
        }
      }),
      { numRuns: 60 },
    );
  });

  const manifestOf = (files: ReadonlyMap<string, string>): Manifest | undefined => {
    const text = files.get('manifest.json');
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  };
  const monthsIn = (files: ReadonlyMap<string, string>) =>
    [...files].filter(([path]) => path !== 'manifest.json').sort();
});
