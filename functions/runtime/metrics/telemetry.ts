import { MINUTE, SECOND } from '../../core/time/time.ts';
import type { Metric, Sample } from './exposition.ts';

/** What became of a request: a verdict of the venue, or no answer. */
export type RequestOutcome =
  | 'ok'
  | 'missing'
  | 'limited'
  | 'region'
  | 'unknown-symbol'
  | 'refused'
  | 'broken'
  | 'unreachable';

/** A venue that does not answer, or only with errors. */
export interface VenueDown {
  readonly venue: string;
  /** epoch ms */
  readonly since: number;
  readonly outcome: RequestOutcome;
}

/** Failures for this long, without a single usable answer, mean that a venue is down. */
const DOWN_AFTER = 5 * MINUTE;

const SERVED: ReadonlySet<RequestOutcome> = new Set(['ok', 'missing', 'unknown-symbol', 'refused']);

/** Upper bounds of a job's duration, seconds. */
const BUCKETS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] as const;

/** Counts of this process since it began. */
export class Telemetry {
  readonly #requests = new Map<string, Map<RequestOutcome, number>>();
  readonly #troubles = new Map<string, { readonly since: number; announced: boolean }>();
  readonly #durations = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  /** @param now epoch ms. @returns the trouble of a venue that has just been found to be down */
  request(venue: string, outcome: RequestOutcome, now: number): VenueDown | undefined {
    const ofVenue = this.#requests.get(venue) ?? new Map<RequestOutcome, number>();
    this.#requests.set(venue, ofVenue.set(outcome, (ofVenue.get(outcome) ?? 0) + 1));
    if (SERVED.has(outcome)) {
      this.#troubles.delete(venue);
      return undefined;
    }
    const trouble = this.#troubles.get(venue) ?? { since: now, announced: false };
    this.#troubles.set(venue, trouble);
    if (trouble.announced || Math.abs(now - trouble.since) < DOWN_AFTER) return undefined;
    trouble.announced = true;
    return { venue, since: trouble.since, outcome };
  }

  /** A job has ended. @param ms from its order to its end */
  job(status: string, ms: number): void {
    const of = this.#durations.get(status) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.#durations.set(status, of);
    const seconds = ms / SECOND;
    BUCKETS.forEach((bound, i) => {
      if (seconds <= bound) of.counts[i]! += 1;
    });
    of.sum += seconds;
    of.count += 1;
  }

  metrics(): Metric[] {
    const requests = [...this.#requests].flatMap(([venue, outcomes]) =>
      [...outcomes].map(([outcome, value]) => ({ labels: { venue, outcome }, value })),
    );
    return [
      {
        name: 'gordon_venue_requests_total',
        help: 'Requests to venues since the process began, by what became of them.',
        type: 'counter',
        samples: requests,
      },
      {
        name: 'gordon_job_duration_seconds',
        help: 'Jobs that ended since the process began, by status and time from the order to the end.',
        type: 'histogram',
        samples: [...this.#durations].flatMap(([status, of]) => histogram(status, of)),
      },
    ];
  }
}

function histogram(
  status: string,
  {
    counts,
    sum,
    count,
  }: { readonly counts: readonly number[]; readonly sum: number; readonly count: number },
): Sample[] {
  const bucket = (le: string, value: number): Sample => ({
    labels: { status, le },
    value,
    suffix: '_bucket',
  });
  return [
    ...counts.map((value, i) => bucket(String(BUCKETS[i]), value)),
    bucket('+Inf', count),
    { labels: { status }, value: sum, suffix: '_sum' },
    { labels: { status }, value: count, suffix: '_count' },
  ];
}
