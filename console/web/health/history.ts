import type { Answer } from '../../../functions/core/api/operations.ts';

type History = Answer<'history'>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface BudgetBars {
  readonly family: string;
  readonly limit: number;
  readonly windowSeconds: number;
  /** share of the limit that was taken, for each minute of the last hour, the oldest first */
  readonly shares: readonly number[];
}

/** Budgets that were drawn on within the hour come first. */
export function budgetBars({ budgets, now }: Pick<History, 'budgets' | 'now'>): BudgetBars[] {
  const last = Math.floor(Date.parse(now) / MINUTE);
  return budgets
    .map(({ family, limit, window_seconds, minutes }) => {
      const used = new Map(minutes.map(({ at, used }) => [Math.floor(Date.parse(at) / MINUTE), used]));
      const shares = Array.from({ length: 60 }, (_, i) => (used.get(last - 59 + i) ?? 0) / limit);
      return { family, limit, windowSeconds: window_seconds, shares };
    })
    .toSorted((a, b) => Math.max(...b.shares) - Math.max(...a.shares));
}

export interface VenueErrors {
  readonly venue: string;
  readonly count: number;
  /** of each of the last 24 hours, the oldest first */
  readonly hours: readonly number[];
  /** by what became of the requests, the most frequent first */
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[];
}

/** The venue with the most errors comes first. */
export function errorsByVenue({ errors, now }: Pick<History, 'errors' | 'now'>): VenueErrors[] {
  const last = Math.floor(Date.parse(now) / HOUR);
  return [...Map.groupBy(errors, ({ venue }) => venue)]
    .map(([venue, of]) => {
      const hours = Array.from({ length: 24 }, () => 0);
      const outcomes = new Map<string, number>();
      for (const { hour, outcome, count } of of) {
        const index = 23 - (last - Math.floor(Date.parse(hour) / HOUR));
        if (index < 0 || index > 23) continue;
        hours[index]! += count;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
      }
      return {
        venue,
        count: hours.reduce((a, b) => a + b, 0),
        hours,
        outcomes: [...outcomes]
          .map(([outcome, count]) => ({ outcome, count }))
          .toSorted((a, b) => b.count - a.count),
      };
    })
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

/** A failure is news for this long: a venue that nobody called since, or that answered a process that had not seen it fail, may be well again. */
const RECENT = HOUR;

/** Venues that do not answer, a sentence each; the longest outage first. */
export const outagesOf = ({ troubles, now }: Pick<History, 'troubles' | 'now'>): string[] =>
  troubles
    .filter(({ last }) => Date.parse(now) - Date.parse(last) < RECENT)
    .toSorted((a, b) => (a.since < b.since ? -1 : 1))
    .map(({ venue, since, outcome }) => {
      const what =
        outcome === 'unreachable'
          ? 'cannot be reached'
          : outcome === 'region'
            ? 'refuses this region'
            : 'answers with errors';
      return `${venue} ${what} since ${since.slice(0, 16).replace('T', ' ')} UTC.`;
    });
