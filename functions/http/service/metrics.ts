import { operations, type TextReply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { gapWithin } from '../../core/ledger/gap-within.ts';
import type { SeriesReport } from '../../core/ledger/ports.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { limitFamilies, listVenues } from '../../core/queries/status/limit-families.ts';
import { expiringGapsIn } from '../../core/schedules/audit.ts';
import { settledEnd } from '../../core/series/borders.ts';
import type { Source } from '../../core/series/source.ts';
import { SECOND } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { exposition, type Metric, type Sample } from '../../runtime/metrics/exposition.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

type Ports = Uses<'catalogReader' | 'sources' | 'clock' | 'rates' | 'telemetry'>;

/** What Prometheus scrapes. It reads what the ledger says and counts no rows; nothing here calls a venue. */
export const createHandler = httpHandler(
  async ({ query }, services: Ports): Promise<TextReply<'metrics'>> => {
    parseInput(NoQuery, query, 'the query');
    const [series, budgets] = await Promise.all([seriesMetrics(services), budgetMetrics(services)]);
    return {
      status: 200,
      text: exposition([...series, ...budgets, ...services.telemetry.metrics()]),
      headers: { 'content-type': operations.metrics.mediaType },
    };
  },
);

const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
});

async function seriesMetrics({ catalogReader, sources, clock }: Ports): Promise<Metric[]> {
  const now = clock();
  const report = (await catalogReader.report({})).filter(({ source }) => sources[source]);
  const each = (samples: (series: SeriesReport, source: Source) => readonly Sample[]): Sample[] =>
    report.flatMap((series) => samples(series, sources[series.source]!));
  return [
    gauge(
      'gordon_rows',
      'Rows of a series, by the ledger.',
      each((series) => [{ labels: labelsOf(series), value: series.rows }]),
    ),
    gauge(
      'gordon_lag_seconds',
      'Time since the newest row of a series that is followed.',
      each((series) =>
        series.followed && series.unfollowedAt === undefined && series.latest !== undefined
          ? [{ labels: labelsOf(series), value: (now - series.latest) / SECOND }]
          : [],
      ),
    ),
    gauge(
      'gordon_gap_rows',
      'Rows of a series that are missing although the venue has had time to publish them, by cause.',
      each((series, source) => gapSamples(series, source, now)),
    ),
    gauge(
      'gordon_expiring_days',
      'Days until the venue no longer serves the first gap of a series.',
      each((series, source) =>
        expiringGapsIn(series, source, now)
          .slice(0, 1)
          .map(({ daysLeft }) => ({ labels: labelsOf(series), value: daysLeft })),
      ),
    ),
  ];
}

const labelsOf = ({ source, symbol, timeframe }: SeriesReport) => ({ source, symbol, timeframe });

function gapSamples(series: SeriesReport, source: Source, now: number): Sample[] {
  const settled = { start: Number.NEGATIVE_INFINITY, end: settledEnd(source, stepOf(series.timeframe), now) };
  const steps = new Map<string, number>();
  for (const { cause, steps: missing } of series.gaps.flatMap((gap) => gapWithin(gap, settled))) {
    steps.set(cause, (steps.get(cause) ?? 0) + missing);
  }
  return [...steps].map(([cause, value]) => ({ labels: { ...labelsOf(series), cause }, value }));
}

async function budgetMetrics({ rates, sources, clock }: Ports): Promise<Metric[]> {
  const families = limitFamilies(sources);
  const used = await Promise.all(families.map(({ family }) => rates.used(family)));
  const scopes = [...listVenues(sources), ...families.map(({ family }) => family.id)];
  const cooldowns = await Promise.all(scopes.map((scope) => rates.cooldown(scope)));
  const labels = families.map(({ venue, family }) => ({ venue, family: family.id }));
  return [
    gauge(
      'gordon_budget_used',
      'Units of a rate budget that all workers took in its present window.',
      labels.map((of, i) => ({ labels: of, value: used[i]! })),
    ),
    gauge(
      'gordon_budget_limit',
      'Units of a rate budget in each window.',
      labels.map((of, i) => ({ labels: of, value: families[i]!.family.limit })),
    ),
    gauge(
      'gordon_cooldown_seconds',
      'Time until requests to a venue or limit family are allowed again.',
      cooldowns.flatMap((cooldown, i) =>
        cooldown ? [{ labels: { scope: scopes[i]! }, value: (cooldown.until - clock()) / SECOND }] : [],
      ),
    ),
  ];
}

export const handler = createHandler(servicesFromEnv);
