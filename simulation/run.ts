import { DAY, HOUR, MINUTE } from '../functions/core/time/time.ts';
import { LABELS_MOVED } from '../functions/sources/binance/metrics/metric-labels.ts';
import { drawPast, drawPlan, type FaultPlan } from './engine/fault.ts';
import { createRandom } from './engine/random.ts';
import { FAULTS } from './faults/index.ts';
import { expire } from './memory/jobs/expire.ts';
import { checkByRecord, checkLasting } from './properties/by-record.ts';
import { checkFollowed } from './properties/followed.ts';
import { checkFailures } from './properties/jobs/failures.ts';
import { checkAnnounced, checkBegun, checkJob, checkLiveness } from './properties/jobs/jobs.ts';
import { checkRespect } from './properties/jobs/respect.ts';
import { checkLabels, checkLabelsWatched } from './properties/labels.ts';
import { checkLedger } from './properties/ledger.ts';
import { drawSize, USUAL } from './size.ts';
import { createVenue } from './venue/index.ts';
import { DEPLOYMENTS, FUNCTION_FAULTS } from './world/faults/functions.ts';
import { OPERATOR_FAULTS } from './world/faults/operators.ts';
import { PORT_FAULTS } from './world/faults/ports.ts';
import type { Bundle } from './world/handlers.ts';
import { World } from './world/world.ts';

/** All that a run follows from. As JSON it is a regression. */
export interface RunSpec {
  readonly seed: number;
  /** days with faults; a quiet period comes after them */
  readonly days: number;
  /** days without faults at the end; absent: two, or as the seed draws them */
  readonly quiet?: number;
  /** when it begins, epoch ms; absent: as the seed draws it */
  readonly start?: number;
  /** the mean number of faults, which are spread over the days with faults; absent: three for each day of the run */
  readonly mean?: number;
  /** how much before that is ordered, ms; absent: as the seed draws it */
  readonly history?: number;
  /** sources whose series are ordered; absent: all */
  readonly sources?: readonly string[];
  /** kinds of faults that are drawn; absent: all */
  readonly kinds?: readonly string[];
  /** whether the seed draws what is ordered, how long the quiet period is and which kinds happen at all; all do by default */
  readonly swarm?: boolean;
  /** the mean number of faults of the venues in the history that is ordered; none by default */
  readonly past?: number;
  /** part of their usual limits that the venues allow; all by default */
  readonly limits?: number;
  /** absent: as the seed draws them */
  readonly plan?: FaultPlan;
}

export interface RunOptions {
  /** the version that runs until a deployment */
  readonly before?: Bundle | undefined;
  readonly watch?: (line: string) => void;
  /** called each virtual hour: whether to break off, before what holds at the end is checked */
  readonly isOver?: () => boolean;
  /** compares what is stored with the venue's record after two hours and then each eight, not at the end alone */
  readonly early?: boolean;
}

export interface Outcome extends RunSpec {
  readonly quiet: number;
  /** sources of which series were ordered */
  readonly ordered: readonly string[];
  readonly plan: FaultPlan;
  /** when it began; epoch ms */
  readonly began: number;
  /** whether it came to its end: otherwise it was broken off, or something was wrong before */
  readonly finished: boolean;
  readonly hash: string;
  readonly steps: number;
  /** virtual days, the quiet ones among them */
  readonly virtualDays: number;
  readonly calls: number;
  readonly requests: number;
  readonly strokes: ReadonlyMap<string, number>;
  readonly coverage: ReadonlyMap<string, number>;
  /** turns of schedules, by their function */
  readonly turns: ReadonlyMap<string, number>;
  /** series that were requested, siblings among them */
  readonly series: number;
  /** what must not be; empty when all is well */
  readonly problems: readonly string[];
}

const FAULTS_A_DAY = 3;

/** Of the venues, and felt long after they began. */
const PAST: ReadonlySet<string> = new Set([
  'delisting',
  'relist',
  'reused-ticker',
  'interval-change',
  'hole',
  'archive-hole',
  'publication-stop',
]);

/** Every kind of fault that any run may draw. */
export const KINDS = [...FAULTS, ...PORT_FAULTS, ...FUNCTION_FAULTS, ...OPERATOR_FAULTS];
const BY_KIND = new Map([...KINDS, ...DEPLOYMENTS].map((kind) => [kind.kind, kind]));

/** Runs one seed from the first order to the end of the quiet period. */
export async function simulate(
  spec: RunSpec,
  { before, watch, isOver = () => false, early = false }: RunOptions = {},
): Promise<Outcome> {
  const random = createRandom(spec.seed);
  const { start, history } = { ...drawSetting(random.fork('setting')), ...given(spec) };
  const size = spec.swarm ? drawSize(random.fork('size')) : USUAL;
  const orderedFrom = start - history;
  const calmAt = start + spec.days * DAY;
  const world = new World({
    seed: spec.seed,
    start,
    orderedFrom,
    before,
    watch,
    venueOf: (scheduler, own) =>
      createVenue({
        scheduler,
        random: own,
        start,
        series: size.series,
        sources: spec.sources,
        limits: spec.limits,
      }),
  });
  const { scheduler } = world;
  const quiet = (spec.quiet ?? size.quiet) * DAY;
  const within = { start, end: calmAt };
  const mean = (spec.mean ?? (FAULTS_A_DAY * (spec.days * DAY + quiet)) / DAY) / spec.days;
  const all = before ? [...KINDS, ...DEPLOYMENTS] : KINDS;
  const kinds = all.filter(({ kind }) => spec.kinds?.includes(kind) ?? true);
  const { series } = world;
  const about = { within, series, ...(spec.swarm && { venueSeries: series }) };
  const plan = spec.plan ?? [
    ...drawPast(
      kinds.filter(({ kind }) => PAST.has(kind)),
      random.fork('past'),
      { ...about, start, within: { start: orderedFrom, end: calmAt }, mean: spec.past ?? 0 },
    ),
    ...drawPlan(kinds, random.fork('faults'), { ...about, mean, swarm: spec.swarm }),
  ];
  const { jobs, chunks } = world.tables;
  const unhappy = { tables: { jobs: { values: () => jobs.unhappy() }, chunks }, strokesAt: world.strokesAt };
  const problems = new Set<string>();
  const note = (found: readonly string[]): void => {
    for (const one of found) problems.add(one);
  };
  world.onEnd = (jobId, status) => {
    if (status === 'SUCCEEDED') note(checkJob(world, jobId));
  };
  world.expect(plan, (fault) => BY_KIND.get(fault.kind)?.strike(world, fault));
  scheduler.at(start + MINUTE, () => world.orderAll());
  scheduler.at(calmAt, () => {
    world.calm();
    world.orderAll();
  });
  const expiry = random.fork('expiry');
  const end = calmAt + quiet;
  for (let until = start + HOUR; until < end && problems.size === 0; until += HOUR) {
    if (isOver()) return outcome(false);
    await scheduler.run(until);
    note(checkLedger(world.warehouse));
    note(checkFailures(unhappy, until - 2 * HOUR));
    note(checkRespect(world));
    note(checkBegun(world));
    note(checkFollowed(world, plan));
    note(checkLabels(world, plan));
    note(world.problems);
    note(world.venue.breaches);
    if (early && (until - start) % (8 * HOUR) === 2 * HOUR) note(checkLasting(world, plan));
    // DynamoDB deletes what has expired when it likes.
    if (expiry.chance(0.2)) expire(world.tables, scheduler.now());
  }
  if (problems.size === 0) {
    await scheduler.run(end);
    note([
      ...checkLedger(world.warehouse),
      ...checkLiveness(world),
      ...checkAnnounced(world),
      ...checkFailures(unhappy, end - 2 * HOUR),
      ...checkLabels(world, plan),
      ...(quiet >= 2 * DAY ? checkLabelsWatched(world) : []),
      ...checkByRecord(world, plan, start),
      ...world.problems,
    ]);
  }
  return outcome(scheduler.now() === end);

  function outcome(finished: boolean): Outcome {
    return {
      ...spec,
      quiet: quiet / DAY,
      ordered: [...new Set(series.map(({ source }) => source))],
      plan,
      began: start,
      finished,
      hash: world.trace.hash,
      steps: world.trace.steps,
      virtualDays: (scheduler.now() - start) / DAY,
      calls: world.calls,
      requests: world.venue.requests,
      strokes: world.strokes,
      coverage: world.coverage,
      turns: world.turns,
      series: world.warehouse.books().filter(({ record }) => record).length,
      problems: [...problems],
    };
  }
}

const given = ({ start, history }: RunSpec) => ({
  ...(start !== undefined && { start }),
  ...(history !== undefined && { history }),
});

/** Any moment of two years, before the end of a month more often; and how much was before it. */
function drawSetting(random: ReturnType<typeof createRandom>): {
  readonly start: number;
  readonly history: number;
} {
  // Labels of metrics moved on one day; before it and after it is another layout.
  const moved = random.chance(0.1);
  const day = moved ? LABELS_MOVED - random.int(4) * DAY : Date.UTC(2024, 0) + random.int(1_000) * DAY;
  const date = new Date(day);
  const monthEnd = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - DAY;
  const begin = random.chance(0.4) && !moved ? monthEnd : day;
  const history = random.chance(0.7) ? random.int(3 * 24) * HOUR : random.int(40 * 24) * HOUR;
  return { start: begin + random.int(24 * 60) * MINUTE, history: history + 6 * HOUR };
}
