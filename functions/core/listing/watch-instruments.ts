import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { VenueClient } from '../fetch/ports.ts';
import type { Instruments, Universe } from '../series/universe.ts';

export interface InstrumentPorts {
  readonly venue: VenueClient;
  readonly universes?: readonly Universe[];
  readonly instruments: Instruments;
}

/**
 * Records what each market lists now. A venue that is rate limited is queried in the next run; one that refuses does not
 * stop the others.
 * @throws GordonError of the first market that failed, after the others
 */
export async function watchInstruments(ports: InstrumentPorts): Promise<Record<string, number | string>> {
  const changed: Record<string, number | string> = {};
  let failed: unknown;
  for (const universe of ports.universes ?? []) {
    const name = `${universe.venue} ${universe.market}`;
    try {
      const answer = await ports.venue.get(universe.instruments);
      if (!answer) continue;
      const unreadable = universe.unreadable?.(answer.body) ?? [];
      if (unreadable.length > 0) throw halfRead(name, unreadable);
      changed[name] = await ports.instruments.note(universe, universe.parseInstruments(answer.body));
    } catch (error) {
      if (error instanceof BudgetExhausted) changed[name] = error.message;
      else if (error instanceof GordonError) failed ??= error;
      else throw error;
    }
  }
  if (failed) throw failed;
  return changed;
}

/** A symbol that is missing from a list is recorded as gone, so an incomplete list is rejected. */
const halfRead = (subject: string, unreadable: readonly string[]): GordonError =>
  new GordonError({
    code: 'malformed-rows',
    subject,
    message: `entries of its list cannot be read: ${unreadable.slice(0, 3).join(', ')}.`,
  });
