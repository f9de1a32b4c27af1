/** FNV-1a with the end mixed well (murmur3), so that keys that differ in their last letter differ everywhere. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Rendezvous hashing: the shard whose hash with the key is the highest. A shard that is added takes keys from all others and
 * moves none between them.
 * @param key `source symbol`: all timeframes of a symbol lie together
 */
export function shardOf(key: string, shards: number): number {
  let best = 0;
  let highest = -1;
  for (let shard = 0; shard < shards; shard++) {
    const score = hash(`${key} ${shard}`);
    if (score > highest) {
      highest = score;
      best = shard;
    }
  }
  return best;
}

export interface Balance {
  readonly shards: number;
  /** rows of the fullest shard over the mean */
  readonly fullest: number;
  readonly emptiest: number;
}

export function balanceOf(series: readonly { key: string; rows: number }[], shards: number): Balance {
  const rows = new Float64Array(shards);
  for (const one of series) rows[shardOf(one.key, shards)]! += one.rows;
  const mean = rows.reduce((a, b) => a + b, 0) / shards;
  return { shards, fullest: Math.max(...rows) / mean, emptiest: Math.min(...rows) / mean };
}

/** Share of the rows that change their place when shards are added; `by` tells where a key lies. */
export function movedShare(
  series: readonly { key: string; rows: number }[],
  from: number,
  to: number,
  by: (key: string, shards: number) => number = shardOf,
): number {
  const all = series.reduce((sum, { rows }) => sum + rows, 0);
  const moved = series.filter(({ key }) => by(key, from) !== by(key, to));
  return moved.reduce((sum, { rows }) => sum + rows, 0) / all;
}

/** For comparison: what most people would write first. */
export const moduloOf = (key: string, shards: number): number => hash(key) % shards;
