import type { VenueClient } from '../fetch/ports.ts';
import { archivedSymbols } from '../listing/archived-symbols.ts';
import type { Instrument, Roster } from '../series/universe.ts';

/** A venue's list as it is now. */
export interface VenueList {
  readonly instruments: readonly Instrument[];
  readonly symbols: ReadonlySet<string>;
  /** entries that cannot be read */
  readonly unreadable: readonly string[];
}

/** Lists of venues, each requested once for an order. Both throw what venues throw. */
export interface VenueLists {
  /** @returns undefined when the venue has no such list */
  listed(roster: Roster): Promise<VenueList | undefined>;
  /** @returns symbols of which the archive has files; undefined when there is none or it has no such folder */
  archived(roster: Roster): Promise<ReadonlySet<string> | undefined>;
}

/** Fetches lists of venues and keeps each for as long as the returned object lives: one order, one request for each list. */
export function venueLists(venue: VenueClient): VenueLists {
  return {
    listed: once((roster) => load(venue, roster)),
    archived: once((roster) => loadArchived(venue, roster)),
  };
}

function once<T>(load: (roster: Roster) => Promise<T>): (roster: Roster) => Promise<T> {
  const known = new Map<Roster, Promise<T>>();
  return (roster) => {
    const loaded = known.get(roster) ?? load(roster);
    known.set(roster, loaded);
    return loaded;
  };
}

async function load(venue: VenueClient, roster: Roster): Promise<VenueList | undefined> {
  const instruments: Instrument[] = [];
  const unreadable: string[] = [];
  for (let request: Roster['instruments'] | undefined = roster.instruments; request; ) {
    const answer = await venue.get(request);
    if (!answer) return undefined;
    instruments.push(...roster.parseInstruments(answer.body));
    unreadable.push(...(roster.unreadable?.(answer.body) ?? []));
    request = roster.next?.(answer.body);
  }
  return { instruments, symbols: new Set(instruments.map(({ symbol }) => symbol)), unreadable };
}

const loadArchived = async (
  venue: VenueClient,
  { archived }: Roster,
): Promise<ReadonlySet<string> | undefined> => archived && archivedSymbols(venue, archived);
