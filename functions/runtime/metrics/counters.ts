import { describeError } from '../../core/errors/errors.ts';
import type { VenueErrors } from '../../core/rates/venue-errors.ts';
import { type Clock, iso } from '../../core/time/time.ts';
import type { Events } from '../../core/workflow/events.ts';
import { rootLogger } from '../log.ts';
import type { RequestOutcome, Telemetry } from './telemetry.ts';

/** Counts the jobs that end, by the events that say so, with the time from the order to the end. */
export const countedEvents = (events: Events, telemetry: Telemetry, clock: Clock): Events => ({
  async publish(all) {
    await events.publish(all);
    for (const { type, detail } of all) {
      if (type !== 'JobFinished' && type !== 'JobFailed') continue;
      telemetry.job(String(detail.status), clock() - orderedAt(String(detail.jobId)));
    }
  },
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When a job was ordered: its id is a ULID, whose first ten letters are that; epoch ms. */
const orderedAt = (id: string): number =>
  Array.from(id.slice(0, 10)).reduce((ms, letter) => ms * 32 + CROCKFORD.indexOf(letter), 0);

const warn =
  (what: string) =>
  (error: unknown): void =>
    rootLogger.warn(`${what}: ${describeError(error)}`);

/** Outcomes in which the venue did not answer the question. A refusal that names the symbol is the order's fault, and not among them. */
const ERRORS: ReadonlySet<RequestOutcome> = new Set([
  'limited',
  'region',
  'refused',
  'broken',
  'unreachable',
]);
/** Outcomes after which nobody can work with the venue. */
const FAILING: ReadonlySet<RequestOutcome> = new Set(['region', 'broken', 'unreachable']);

/**
 * Counts requests, notes those that failed for all workers to see, and publishes a venue that has just been found to be down. Nobody
 * waits for that.
 */
export function venueCounter(
  telemetry: Telemetry,
  events: () => Events,
  errors: () => VenueErrors,
): (venue: string, outcome: RequestOutcome, now: number) => void {
  // Only what this process noted: what another one left behind is old soon, and to make sure would cost each of them a write.
  const failing = new Set<string>();
  const noted = async (venue: string, outcome: RequestOutcome, now: number): Promise<void> => {
    if (ERRORS.has(outcome)) await errors().note(venue, outcome, now);
    if (FAILING.has(outcome)) {
      failing.add(venue);
      await errors().failing(venue, outcome, now);
    } else if (outcome !== 'limited' && failing.delete(venue)) {
      await errors().recovered(venue);
    }
  };
  // In turn: a recovery that overtook its failure would leave the venue as failing.
  let notes: Promise<void> = Promise.resolve();
  return (venue, outcome, now) => {
    notes = notes.then(() => noted(venue, outcome, now)).catch(warn(`a request to ${venue} was not noted`));
    const trouble = telemetry.request(venue, outcome, now);
    if (!trouble) return;
    const { since, outcome: last } = trouble;
    const down = { type: 'VenueDown', detail: { venue, since: iso(since), last } } as const;
    rootLogger.warn('venue down', down.detail);
    events().publish([down]).catch(warn('the event VenueDown was not published'));
  };
}
