import { stepOf } from '../../functions/core/time/timeframe.ts';
import { listedAt, RANGE, SYMBOLS } from './scenarios.ts';
import { balanceOf, moduloOf, movedShare } from './shards.ts';
import { number, percent, table } from './tables.ts';
import { symbolName } from './workload.ts';

const SHARDS = [2, 4, 8, 16] as const;

/** Series as they are kept: all of one source, alike or as old as their listing. */
export function series(listed?: (symbol: number) => number) {
  return Array.from({ length: SYMBOLS }, (_, i) => ({
    key: `klines_spot ${symbolName(i)}`,
    rows: (RANGE.end - (listed?.(i) ?? RANGE.start)) / stepOf('1m'),
  }));
}

export function shardingTable(): string {
  const alike = series();
  const skewed = series(listedAt());
  return table(
    [
      'databases',
      'fullest, all alike',
      'fullest, listed over time',
      'emptiest',
      'moved by one more',
      'modulo would move',
    ],
    SHARDS.map((n) => [
      String(n),
      `${number(balanceOf(alike, n).fullest, 3)} of the mean`,
      `${number(balanceOf(skewed, n).fullest, 3)}`,
      number(balanceOf(skewed, n).emptiest, 3),
      `${percent(movedShare(skewed, n, n + 1))} (ideal ${percent(1 / (n + 1))})`,
      percent(movedShare(skewed, n, n + 1, moduloOf)),
    ]),
  );
}
