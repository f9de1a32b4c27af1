import { DAY } from '../../functions/core/time/time.ts';
import { hash32, seedOf } from '../numbers/noise.ts';
import type { ArchiveObject } from './keys.ts';

/** What is wrong with a day of metrics. */
export type Dirt = 'duplicate-midnight' | 'unsorted' | 'empty-fields' | 'zeros' | 'hole' | 'cut-short';

const KINDS: readonly Dirt[] = [
  'duplicate-midnight',
  'unsorted',
  'empty-fields',
  'zeros',
  'hole',
  'cut-short',
];
/** One day in this many is dirty. */
const EVERY = 4;
/** Older files write an empty field with quotes. */
const BARE_FROM = Date.UTC(2022, 1);
const RATIO_COLUMNS = [4, 5, 6];

/** Depends on symbol and day alone, not on the seed: a test can name a dirty day. */
export function dirtOf(symbol: string, day: number): Dirt | undefined {
  const h = hash32(seedOf(`metrics ${symbol}`), day / DAY);
  return h % EVERY === 0 ? KINDS[(h >>> 8) % KINDS.length] : undefined;
}

/** The rows of a day as they were published. */
export function soil(lines: readonly string[], { symbol, period }: ArchiveObject): readonly string[] {
  const edit = (from: number, to: number, columns: readonly number[], value: string): string[] =>
    lines.map((line, row) => (row >= from && row < to ? withFields(line, columns, value) : line));
  switch (dirtOf(symbol, period.start)) {
    case 'duplicate-midnight':
      return lines.flatMap((line) => (/^\S+ 00:00:00,/.test(line) ? [line, line] : [line]));
    case 'unsorted':
      return [...lines.slice(200), ...lines.slice(0, 200)];
    case 'empty-fields':
      return edit(100, 112, [6], period.start < BARE_FROM ? '""' : '');
    case 'zeros':
      return edit(40, 60, RATIO_COLUMNS, '0.00000000');
    case 'hole':
      return [...lines.slice(0, 130), ...lines.slice(133)];
    case 'cut-short':
      return lines.slice(0, 252);
    default:
      return lines;
  }
}

function withFields(line: string, columns: readonly number[], value: string): string {
  return line
    .split(',')
    .map((field, column) => (columns.includes(column) ? value : field))
    .join(',');
}
