import type {
  KnownLife,
  MarketState,
  Rename,
  UniverseLife,
  UniverseStore,
} from '../../../functions/core/listing/dated/market.ts';
import type { RangeSet } from '../../../functions/core/time/range.ts';

/**
 * The dated universe.
 * @param ledger lives that orders found, by symbol; @param seen when lists first had symbols, epoch ms; both empty by default
 */
export function createMemoryUniverse(
  ledger: ReadonlyMap<string, RangeSet> = new Map(),
  seen: ReadonlyMap<string, number> = new Map(),
): UniverseStore {
  let lives: readonly KnownLife[] = [];
  let links: readonly Rename[] = [];
  const states = new Map<string, MarketState>();
  const keyOf = ({ venue, contract, symbol }: Pick<UniverseLife, 'venue' | 'contract' | 'symbol'>): string =>
    JSON.stringify([venue, contract, symbol]);
  const byKey = (a: KnownLife, b: KnownLife): number =>
    keyOf(a) === keyOf(b) ? a.listedAt - b.listedAt : keyOf(a) < keyOf(b) ? -1 : 1;
  return {
    async find({ at, ...filter }) {
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
      return lives.filter(
        (life) =>
          wanted.every(([name, value]) => life[name as keyof typeof filter] === value) &&
          (at === undefined || (life.listedAt <= at && at < (life.delistedAt ?? Number.POSITIVE_INFINITY))),
      );
    },
    async renames() {
      return links;
    },
    async states() {
      return [...states.values()];
    },
    async lives() {
      return ledger;
    },
    async seen() {
      return seen;
    },
    async save(symbols, found, at) {
      const replaced = new Set(symbols.map(keyOf));
      const kept = lives.filter((life) => !replaced.has(keyOf(life)));
      lives = [...kept, ...found.map((life) => ({ ...life, lookedAt: at }))].sort(byKey);
    },
    async complete(state) {
      states.set(`${state.venue} ${state.market}`, state);
    },
    async saveRenames(venue, renames) {
      links = [...links.filter((link) => link.venue !== venue), ...renames];
    },
  };
}
