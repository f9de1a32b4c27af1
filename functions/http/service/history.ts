import type { Answer, Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import {
  daysUntilFull,
  GROWTH_SPAN,
  growthOf,
  growthPerDay,
  minutesOf,
  totalsOf,
} from '../../core/queries/status/history.ts';
import { limitFamilies, limitOf } from '../../core/queries/status/limit-families.ts';
import { DAY, HOUR, iso } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

type Ports = Uses<'clock' | 'rates' | 'sources' | 'queries' | 'venueErrors' | 'disk'>;
type History = Answer<'history'>;

/** What the last hours were like. Nothing here calls a venue. */
export const createHandler = httpHandler(async ({ query }, services: Ports): Promise<Reply<'history'>> => {
  parseInput(NoQuery, query, 'the query');
  const now = services.clock();
  const [budgets, errors, troubles, space] = await Promise.all([
    budgetsOf(services, now),
    services.venueErrors.since(now - DAY),
    services.venueErrors.troubles(),
    spaceOf(services, now),
  ]);
  const body = {
    now: iso(now),
    budgets,
    errors: errors.map(({ hour, ...count }) => ({ ...count, hour: iso(hour) })),
    troubles: troubles.map(({ since, last, ...trouble }) => ({
      ...trouble,
      since: iso(since),
      last: iso(last),
    })),
    ...space,
  };
  return { status: 200, body };
});

/** Counters of windows are kept for an hour after their end. */
const budgetsOf = ({ rates, sources }: Ports, now: number): Promise<History['budgets']> =>
  Promise.all(
    limitFamilies(sources).map(async (one) => ({
      ...limitOf(one),
      minutes: minutesOf(await rates.windows(one.family, now - HOUR)).map(({ at, used }) => ({
        at: iso(at),
        used,
      })),
    })),
  );

async function spaceOf(
  { queries, disk }: Ports,
  now: number,
): Promise<Pick<History, 'sizes' | 'tables' | 'disk'>> {
  const samples = await queries.sizeHistory(now - GROWTH_SPAN);
  const totals = totalsOf(samples);
  const perDay = totals.length === 0 ? undefined : growthPerDay(totals);
  const room = await disk?.();
  return {
    sizes: totals.map(({ at, bytes }) => ({ at: iso(at), bytes })),
    tables: growthOf(samples).map(({ name, bytes, perDay: growth }) => ({
      name,
      bytes,
      bytes_per_day: growth === undefined ? null : Math.round(growth),
    })),
    disk: room
      ? {
          free_bytes: room.free,
          total_bytes: room.total,
          bytes_per_day: perDay === undefined ? null : Math.round(perDay),
          days_until_full: rounded(daysUntilFull(room, perDay)),
        }
      : null,
  };
}

/** Downward: what is promised is there. */
const rounded = (days: number | undefined): number | null =>
  days === undefined ? null : Math.floor(days * 10) / 10;

export const handler = createHandler(servicesFromEnv);
