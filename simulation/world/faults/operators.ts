import { ACTIVE_STATUSES } from '../../../functions/core/jobs/job.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { DAY, floorTo, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import type { DrawnAbout, Fault } from '../../engine/fault.ts';
import type { Random } from '../../engine/random.ts';
import type { World } from '../world.ts';
import { lasting, type WorldFault, whenAny } from './ports.ts';

const anySeries = (random: Random, { series }: DrawnAbout): { readonly series: Series } => ({
  series: random.pick(series),
});

const seriesOf = (fault: Fault): Series => fault.series as Series;

/** Some stretch that has been, of an hour to some days. */
const stretch = (random: Random, { at, within }: DrawnAbout): Range => {
  const start = within.start - DAY + random.int(Math.max(HOUR, at - within.start + DAY));
  const end = Math.min(at - MINUTE, start + HOUR * 2 ** random.int(7));
  return { start: floorTo(Math.min(start, end - HOUR), MINUTE), end: floorTo(end, MINUTE) };
};

const requestOf = ({ source, symbol, timeframe }: Series) => ({
  sources: [source],
  symbols: [symbol],
  timeframe,
});

/** It is followed again later, from where it was. */
const followAgain = (world: World, series: Series, after: number): void =>
  world.scheduler.at(world.scheduler.now() + after, () => {
    void world.operators.order(series, { start: world.orderedFrom });
  });

/** A purge is refused while a job is at work on the series, and a call ends before a large one does: it is called again until it is done. */
async function purge(world: World, series: Series, until: number, begun: () => void): Promise<void> {
  for (let hasBegun = false; world.scheduler.now() < until; ) {
    const answer = (await world.operators.call('purge', requestOf(series))) as
      | readonly { readonly done: boolean }[]
      | undefined;
    if (answer && !hasBegun) begun();
    hasBegun ||= answer !== undefined;
    if (answer?.every(({ done }) => done)) return;
    await new Promise<void>((go) => world.scheduler.at(world.scheduler.now() + 20_000, go));
  }
}

/** What people do, and what they do by mistake. */
export const OPERATOR_FAULTS: readonly WorldFault[] = [
  {
    kind: 'operator orders a stretch',
    perDay: 1,
    draw: (random, about) => ({
      ...anySeries(random, about),
      ...stretch(random, about),
      twice: random.chance(0.3),
    }),
    strike(world, fault) {
      const range = { start: fault.start as number, end: fault.end as number };
      const order = () => void world.operators.order(seriesOf(fault), range, `key ${fault.at}`);
      order();
      if (fault.twice) order();
      world.struck(fault.kind);
    },
  },
  {
    kind: 'operator cancels a job',
    perDay: 1,
    draw: (random) => ({ which: random.next() }),
    strike(world, { kind, which }) {
      whenAny(
        world,
        () => [...world.tables.jobs.values()].filter(({ status }) => ACTIVE_STATUSES.includes(status)),
        (active) => {
          world.struck(kind);
          const job = active[Math.floor((which as number) * active.length)]!;
          world.endJob(job.id);
          void world.operators.call('cancel-job', { id: job.id });
        },
      );
    },
  },
  {
    kind: 'operator cancels an order at once',
    perDay: 0.5,
    draw: (random, about) => ({
      ...anySeries(random, about),
      ...stretch(random, about),
      after: random.int(20_000),
    }),
    strike(world, fault) {
      const range = { start: fault.start as number, end: fault.end as number };
      world.struck(fault.kind);
      void world.operators.order(seriesOf(fault), range, `key ${fault.at}`).then((job) => {
        if (!job) return;
        const at = world.scheduler.now() + (fault.after as number);
        world.scheduler.at(at, () => {
          world.endJob(job.id);
          void world.operators.call('cancel-job', { id: job.id });
        });
      });
    },
  },
  {
    kind: 'rows deleted by hand',
    perDay: 1,
    draw: (random, about) => ({ ...anySeries(random, about), ...stretch(random, about) }),
    strike(world, fault) {
      const { start, end } = fault as unknown as Range;
      world.warehouse.deleteRows(seriesOf(fault), [{ start, end }]);
      world.disturb('rows deleted');
      world.struck(fault.kind);
    },
  },
  {
    kind: 'older backup restored',
    perDay: 0.3,
    draw: (random, about) => ({ age: lasting(random, about, 20 * HOUR) }),
    strike(world, { kind, age }) {
      const backup = world.warehouse.backup();
      world.scheduler.at(world.scheduler.now() + (age as number), () => {
        world.warehouse.restore(backup);
        world.struck(kind);
        world.disturb('backup');
        world.orderAll();
      });
    },
  },
  {
    kind: 'operator unfollows and follows again',
    perDay: 0.5,
    draw: (random, about) => ({ ...anySeries(random, about), after: lasting(random, about, 6 * HOUR) }),
    strike(world, fault) {
      world.struck(fault.kind);
      world.disturb('unfollow');
      void world.operators.call('unfollow', requestOf(seriesOf(fault)));
      followAgain(world, seriesOf(fault), fault.after as number);
    },
  },
  {
    kind: 'operator purges a series and orders it again',
    perDay: 0.5,
    draw: (random, about) => ({ ...anySeries(random, about), lasts: lasting(random, about, 6 * HOUR) }),
    strike(world, fault) {
      const until = world.scheduler.now() + (fault.lasts as number);
      const series = seriesOf(fault);
      followAgain(world, series, fault.lasts as number);
      void purge(world, series, until, () => {
        world.disturb('purge');
        world.struck(fault.kind);
      });
    },
  },
  {
    kind: 'operator keeps less for a while',
    perDay: 0.5,
    draw: (random, about) => ({
      ...anySeries(random, about),
      ...(random.chance(0.5)
        ? { keep_days: 1 + random.int(4) }
        : { before: floorTo(about.at - random.int(4 * DAY), MINUTE) }),
      lasts: lasting(random, about, 20 * HOUR),
    }),
    strike(world, fault) {
      const { source } = seriesOf(fault);
      const { before, keep_days } = fault as { readonly before?: number; readonly keep_days?: number };
      const body = { source, ...(before === undefined ? { keep_days } : { before: iso(before) }) };
      world.struck(fault.kind);
      void world.operators.call('set-retention', body);
      world.scheduler.at(world.scheduler.now() + (fault.lasts as number), () => {
        void world.operators.call('set-retention', { source });
      });
    },
  },
  {
    kind: 'operator verifies a period',
    perDay: 0.5,
    draw: (random, about) => ({ ...anySeries(random, about), ...stretch(random, about) }),
    strike(world, fault) {
      world.struck(fault.kind);
      const start = fault.start as number;
      const range = { start, end: Math.min(fault.end as number, start + DAY) };
      void world.operators.call('verify', { series: seriesOf(fault), range });
    },
  },
];
