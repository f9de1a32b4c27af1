import { describeError } from '../../core/errors/errors.ts';
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

/** Counts requests, and publishes a venue that has just been found to be down. Nobody waits for that. */
export const venueCounter =
  (telemetry: Telemetry, events: () => Events) =>
  (venue: string, outcome: RequestOutcome, now: number): void => {
    const trouble = telemetry.request(venue, outcome, now);
    if (!trouble) return;
    const { since, outcome: last } = trouble;
    const down = { type: 'VenueDown', detail: { venue, since: iso(since), last } } as const;
    rootLogger.warn('venue down', down.detail);
    events()
      .publish([down])
      .catch((error: unknown) =>
        rootLogger.warn(`the event VenueDown was not published: ${describeError(error)}`),
      );
  };
