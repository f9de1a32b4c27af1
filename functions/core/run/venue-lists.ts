import type { VenueClient } from '../ports.ts';
import type { Instrument, Roster } from '../universe.ts';

/** A venue's list as it is now. */
export interface VenueList {
  readonly instruments: readonly Instrument[];
  readonly symbols: ReadonlySet<string>;
  /** entries that cannot be read */
  readonly unreadable: readonly string[];
}

/** @returns undefined when the venue has no such list. Throws what venues throw. */
export type VenueLists = (roster: Roster) => Promise<VenueList | undefined>;

/** Lists of venues, each requested once while an order is taken. */
export function venueLists(venue: VenueClient): VenueLists {
  const known = new Map<Roster, Promise<VenueList | undefined>>();
  return (roster) => {
    const list = known.get(roster) ?? load(venue, roster);
    known.set(roster, list);
    return list;
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
