/**
 * In a process of its own, whose young generation is so large that nothing is collected meanwhile, and whose compiler
 * works at once instead of beside it, so that each run allocates the same: what a month of candles leaves in memory on
 * its way from the archive's CSV to the bytes of COPY. Forked, it answers with `Allocated`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ArchiveTier } from '../../../functions/core/series/source.ts';
import type { Batch } from '../../../functions/core/series/table.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import { encodeCopy } from '../../../functions/stores/copy/copy-encoder.ts';

/** Bytes for each row. */
interface PerRow {
  /** on JavaScript's heap: objects, strings, boxed numbers */
  readonly heap: number;
  /** outside of it: typed arrays and buffers */
  readonly outside: number;
}

export interface Allocated {
  readonly parse: PerRow;
  /** what is left of parsing once the rows are released, as they are when they are committed */
  readonly released: number;
  readonly encode: PerRow;
  readonly rows: number;
}

const YOUNG_MEGABYTES = 512;

export async function allocatedPerRow(): Promise<Allocated> {
  const young = [`--min-semi-space-size=${YOUNG_MEGABYTES}`, `--max-semi-space-size=${YOUNG_MEGABYTES}`];
  const child = fork(fileURLToPath(import.meta.url), {
    execArgv: ['--expose-gc', '--no-concurrent-recompilation', ...young],
  });
  const died = once(child, 'exit').then(([code]): never => {
    throw new Error(`the measuring process ended with ${code}`);
  });
  died.catch(() => {});
  const [answer] = (await Promise.race([once(child, 'message'), died])) as [Allocated];
  child.kill();
  return answer;
}

const SERIES = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;
/** As large as the unzipper gives them. */
const PIECE = 256 * 1_024;
const MONTH = 44_640;
/** Code that is not compiled yet boxes every number; a fetcher lives longer than that. */
const WARM_UP = 8;
const ROUNDS = 9;

/** A file of the archive, the same in each run. */
function csvOf(rows: number): Uint8Array {
  const lines = Array.from({ length: rows }, (_, i) => {
    const open = Date.UTC(2024, 0) + i * 60_000;
    const price = (at: number): string => (60_000 + ((i * 7_919 + at) % 997_001) / 100).toFixed(8);
    const volume = ((i * 48_271) % 4_000_037) / 1e5;
    const tail = `${(volume * 64_000).toFixed(8)},${i % 3_000},${(volume / 2).toFixed(8)}`;
    const prices = [price(1), price(5), price(0), price(3)].join(',');
    return `${open},${prices},${volume.toFixed(8)},${open + 59_999},${tail},${(volume * 32_000).toFixed(8)},0`;
  });
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function parse(csv: Uint8Array): Batch[] {
  const parser = (klines_spot.tiers[0] as ArchiveTier).parser(SERIES, MONTH);
  const batches: Batch[] = [];
  for (let at = 0; at < csv.length; at += PIECE) {
    const parsed = parser.push(csv.subarray(at, at + PIECE));
    if (parsed) batches.push(parsed.batch);
  }
  const last = parser.end();
  if (last) batches.push(last.batch);
  return batches;
}

function encode(batches: readonly Batch[]): number {
  let bytes = 0;
  for (const buffer of encodeCopy(klines_spot.table, batches)) bytes += buffer.length;
  return bytes;
}

function allocatedBy<T>(work: () => T): PerRow & { readonly result: T } {
  global.gc!();
  const before = process.memoryUsage();
  const result = work();
  const after = process.memoryUsage();
  return {
    heap: (after.heapUsed - before.heapUsed) / MONTH,
    outside: (after.arrayBuffers - before.arrayBuffers) / MONTH,
    result,
  };
}

const median = (rounds: readonly PerRow[], of: keyof PerRow): number =>
  rounds.map((round) => round[of]).toSorted((a, b) => a - b)[rounds.length >> 1]!;

function measure(): Allocated {
  const csv = csvOf(MONTH);
  const rounds = Array.from({ length: WARM_UP + ROUNDS }, () => {
    const parsing = allocatedBy(() => parse(csv));
    const encoding = allocatedBy(() => encode(parsing.result));
    const releasing = allocatedBy(() => {
      for (const batch of parsing.result) batch.release?.();
    });
    return { parsing, encoding, released: parsing.outside + releasing.outside };
  }).slice(WARM_UP);
  const of = (side: 'parsing' | 'encoding'): PerRow => {
    const each = rounds.map((round) => round[side]);
    // A buffer of the round before may be given back late, on another thread: that only ever lowers the count.
    return { heap: median(each, 'heap'), outside: Math.max(...each.map(({ outside }) => outside)) };
  };
  const rows = rounds.at(-1)!.parsing.result.reduce((sum, { length }) => sum + length, 0);
  const released = Math.max(...rounds.map((round) => round.released));
  return { parse: of('parsing'), released, encode: of('encoding'), rows };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) process.send(measure());
