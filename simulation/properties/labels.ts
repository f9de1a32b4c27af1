import { DAY, iso } from '../../functions/core/time/time.ts';
import { LABELS_MOVED, metricLabels } from '../../functions/sources/binance/metrics/metric-labels.ts';
import type { Fault, FaultPlan } from '../engine/fault.ts';
import type { World } from '../world/world.ts';

interface Verdict {
  readonly outcome: 'holds' | 'contradicted' | 'undecided';
  readonly shiftMs: number;
}

/**
 * What the detector says of the labels of files is true: it contradicts the rule where labels stand for other instants, and
 * there alone. @returns breaches in words
 */
export function checkLabels({ warehouse }: Pick<World, 'warehouse'>, plan: FaultPlan): string[] {
  const shifts = plan.filter(({ kind }) => kind === 'label-shift');
  return [...warehouse.labelChecks].flatMap(([key, { day, verdicts }]) => {
    const symbol = key.slice(metricLabels.dataset.length + 1);
    const meant = lateOf(shifts, symbol, day);
    return Object.entries(verdicts as Readonly<Record<string, Verdict>>)
      .filter(([, { outcome, shiftMs }]) => outcome !== 'undecided' && shiftMs !== meant)
      .map(
        ([source, { shiftMs }]) =>
          `${source} ${symbol} at ${iso(day)}: its labels are ${meant} ms early, and were taken to be ${shiftMs} ms early`,
      );
  });
}

/** How much later than its label a reading of a day's file is, as the venue has it; ms. */
function lateOf(shifts: readonly Fault[], symbol: string, day: number): number {
  const shift = shifts.findLast((one) => one.symbol === symbol && (one.begins as number) <= day);
  const moved = shift ? shift.labels === 'moved' : day >= LABELS_MOVED;
  return moved ? SLOT : 0;
}

const SLOT = DAY / 288;

/** Archives are watched four times a day. */
const WATCHED = DAY;
/** The API answers about the last thirty days, and what is older is not compared. */
const REACH = 28 * DAY;

/** After a quiet period the newest file that was read has been compared with the API. @returns breaches in words */
export function checkLabelsWatched({
  warehouse,
  scheduler,
}: Pick<World, 'warehouse' | 'scheduler'>): string[] {
  const now = scheduler.now();
  const newest = new Map<string, number>();
  for (const { series, spans, record } of warehouse.books()) {
    if (!record || record.unfollowedAt !== undefined) continue;
    for (const { object, fetchedAt } of spans) {
      const [, day] = /-metrics-(\d{4}-\d{2}-\d{2})\.zip$/.exec(object ?? '') ?? [];
      if (day === undefined || fetchedAt > now - WATCHED || Date.parse(day) < now - REACH) continue;
      newest.set(series.symbol, Math.max(Date.parse(day), newest.get(series.symbol) ?? 0));
    }
  }
  return [...newest].flatMap(([symbol, day]) => {
    const checked = warehouse.labelChecks.get(`${metricLabels.dataset} ${symbol}`)?.day ?? 0;
    return checked < day ? [`${symbol} at ${iso(day)}: the labels of its file were never compared`] : [];
  });
}
