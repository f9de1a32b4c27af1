import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { stateSets } from '../../core/queries/coverage-view.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { readClock } from '../../core/queries/status/clock-state.ts';
import { findExpiringGaps } from '../../core/queries/status/expiring-gaps.ts';
import { limitFamilies, limitOf, listVenues } from '../../core/queries/status/limit-families.ts';
import { settledEnd } from '../../core/series/borders.ts';
import { iso, isoOrNull, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { functions, optionalFunctions } from '../../manifest.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

type Ports = Uses<
  | 'clock'
  | 'simulated'
  | 'runs'
  | 'auditEveryMs'
  | 'isScheduled'
  | 'rates'
  | 'sources'
  | 'queries'
  | 'aggregateStatus'
  | 'clockChecks'
>;

/** What an operator watches. Nothing here calls a venue. */
export const createHandler = httpHandler(async ({ query }, services: Ports): Promise<Reply<'status'>> => {
  parseInput(NoQuery, query, 'the query');
  const [schedules, budgets, parks, perishable, aggregates, clock] = await Promise.all([
    schedulesOf(services),
    budgetsOf(services),
    cooldownsOf(services),
    expiringGapsOf(services),
    aggregatesOf(services),
    readClock(services),
  ]);
  const body = {
    now: iso(services.clock()),
    simulated: services.simulated,
    schedules,
    budgets,
    parks,
    perishable,
    clock: clock && {
      ok: clock.ok,
      venue: clock.venue,
      ahead_seconds: Math.round(clock.aheadMs / SECOND),
      at: iso(clock.at),
    },
    aggregates,
  };
  return { status: 200, body };
});

async function schedulesOf({ runs, auditEveryMs, isScheduled }: Ports) {
  const all = await Promise.all(
    [...functions, ...optionalFunctions].flatMap(({ optional, schedules = [] }) =>
      schedules.map(async (schedule) => {
        const { name, description, everyMinutes } = schedule;
        const last = await runs?.last(name);
        // Only its runs show that it is on.
        if (optional && !last) return [];
        const last_run = last ? { ...last, at: iso(last.at) } : null;
        const every_minutes = name === 'audit-gaps' ? auditEveryMs / MINUTE : everyMinutes;
        return [{ name, description, every_minutes, on: isScheduled?.(schedule) ?? null, last_run }];
      }),
    ),
  );
  return all.flat();
}

const budgetsOf = ({ rates, sources }: Ports) =>
  Promise.all(
    limitFamilies(sources).map(async (one) => ({
      ...limitOf(one),
      used: await rates.used(one.family),
    })),
  );

async function cooldownsOf({ rates, sources }: Ports) {
  const scopes = [...listVenues(sources), ...limitFamilies(sources).map(({ family }) => family.id)];
  const found = await Promise.all(
    scopes.map(async (scope) => ({ scope, cooldown: await rates.cooldown(scope) })),
  );
  return found.flatMap(({ scope, cooldown }) =>
    cooldown ? [{ scope, until: iso(cooldown.until), why: cooldown.why }] : [],
  );
}

async function expiringGapsOf({ queries, sources, clock }: Ports) {
  const now = clock();
  const accounts = await queries.accounts({ sources: Object.keys(sources) });
  const found = accounts.flatMap((account) => {
    const source = sources[account.source]!;
    const { missing, failed } = stateSets(
      account,
      [],
      { start: Number.NEGATIVE_INFINITY, end: now },
      settledEnd(source, stepOf(account.timeframe), now),
    );
    const latestEnd = account.have.at(-1)?.end;
    return findExpiringGaps(account, source, { gaps: [...missing, ...failed], failed, latestEnd }, now);
  });
  return found
    .sort((a, b) => a.lostAt - b.lostAt)
    .map(({ start, end, lostAt, daysLeft, ...series }) => ({
      ...series,
      from: iso(start),
      to: iso(end),
      lost_at: iso(lostAt),
      days_left: daysLeft,
    }));
}

async function aggregatesOf({ aggregateStatus }: Ports) {
  return (await aggregateStatus.status()).map(({ name, lastRefresh, watermark, healthy }) => ({
    name,
    last_refresh: isoOrNull(lastRefresh),
    watermark: isoOrNull(watermark),
    healthy,
  }));
}

export const handler = createHandler(servicesFromEnv);
