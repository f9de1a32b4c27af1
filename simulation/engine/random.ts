/** Numbers that follow from a seed alone. */
export interface Random {
  /** in [0, 1) */
  next(): number;
  /** an integer in [0, below) */
  int(below: number): number;
  /** true with this probability */
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T;
  /** How many of something with this mean happen, as a Poisson process has it. */
  count(mean: number): number;
  /**
   * Another stream of numbers, by name. It depends on the seed and the name only: what is drawn from one stream shifts no
   * other, so that a run without one of its faults is the same run in all else.
   */
  fork(name: string): Random;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    int: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick(list) {
      if (list.length === 0) throw new RangeError('there is nothing to pick from');
      return list[Math.floor(next() * list.length)]!;
    },
    count(mean) {
      const limit = Math.exp(-mean);
      let [n, product] = [0, next()];
      while (product > limit) {
        n += 1;
        product *= next();
      }
      return n;
    },
    fork: (name) => createRandom(hashOf(name, seed >>> 0)),
  };
}

/** FNV-1a of 32 bits, mixed once more so that names that differ in one letter lie far apart. */
export function hashOf(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
