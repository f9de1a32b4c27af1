import { seedOf, unit } from '../../../simulator/numbers/noise.ts';

/**
 * Rendezvous hashing: the shard whose hash with the key is the highest. A new shard takes keys from all others and moves none
 * between them.
 * @param key `source symbol`: all timeframes of a symbol lie together
 */
export function shardOf(key: string, shards: number): number {
  const hash = seedOf(key);
  let best = 0;
  let highest = -1;
  for (let shard = 0; shard < shards; shard++) {
    const score = unit(hash, shard);
    if (score > highest) {
      highest = score;
      best = shard;
    }
  }
  return best;
}

export interface Balance {
  readonly shards: number;
  /** keys of the fullest shard over the mean */
  readonly fullest: number;
  readonly emptiest: number;
}

export function balanceOf(keys: readonly string[], shards: number): Balance {
  const counts = new Float64Array(shards);
  for (const key of keys) counts[shardOf(key, shards)]! += 1;
  const mean = keys.length / shards;
  return { shards, fullest: Math.max(...counts) / mean, emptiest: Math.min(...counts) / mean };
}

/** Share of the keys that another number of shards moves. */
export function movedShare(
  keys: readonly string[],
  from: number,
  to: number,
  by: (key: string, shards: number) => number = shardOf,
): number {
  return keys.filter((key) => by(key, from) !== by(key, to)).length / keys.length;
}

/** For comparison: the obvious way to choose a shard. */
export const moduloOf = (key: string, shards: number): number => seedOf(key) % shards;
