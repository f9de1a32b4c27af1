import { BudgetExhausted, GordonError } from '../errors.ts';
import type { VenueClient } from '../ports.ts';
import type { Instruments, Universe } from '../universe.ts';

export interface InstrumentPorts {
  readonly venue: VenueClient;
  readonly universes?: readonly Universe[];
  readonly instruments: Instruments;
}

/**
 * Enters what each market lists now. A venue that asks for a pause is asked in the next run; one that refuses does not
 * keep the others from being asked.
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
