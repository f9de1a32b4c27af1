import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import type { InvocationFault } from '../functions.ts';
import { lasting, type WorldFault, whenAny } from './ports.ts';

const HANDLERS = [
  'plan-wave',
  'fetch-chunk',
  'finalize-job',
  'record-chunk-failure',
  'fail-job',
  'refresh',
  'audit-gaps',
  'execution-stopped',
  'watch-archives',
  'create-job',
];

const atInvocations = (
  kind: string,
  perDay: number,
  effect: InvocationFault['effect'],
  longest: number,
): WorldFault => ({
  kind,
  perDay,
  draw: (random) => ({
    of: random.pick(HANDLERS),
    ms: random.int(longest),
    skip: random.int(3),
    times: 1 + random.int(2),
  }),
  strike({ functions }, { of, ms, skip, times }) {
    functions.arm({
      kind,
      effect,
      of: of as string,
      ms: ms as number,
      skip: skip as number,
      times: times as number,
    });
  },
});

/** What happens to invocations, executions, clocks and versions. */
export const FUNCTION_FAULTS: readonly WorldFault[] = [
  atInvocations('invocation delivered twice', 2, 'twice', 2),
  atInvocations('answer of an invocation lost', 2, 'lost', 2_000),
  atInvocations('invocation refused', 1, 'refused', 1),
  atInvocations('invocation late', 1, 'late', 10 * MINUTE),
  {
    kind: 'execution stopped',
    perDay: 0.5,
    draw: (random) => ({ which: random.next() }),
    strike(world, { kind, which }) {
      whenAny(
        world,
        () => world.executions.running(),
        (running) => {
          const id = running[Math.floor((which as number) * running.length)]!;
          world.endJob(id);
          if (world.executions.stop(id)) world.struck(kind);
        },
      );
    },
  },
  {
    kind: 'host restarted',
    perDay: 0.3,
    draw: () => ({}),
    strike(world) {
      world.restart();
      world.struck('host restarted');
    },
  },
  {
    kind: 'host is off',
    perDay: 0.05,
    draw: (random, about) => ({ lasts: lasting(random, about, 4 * DAY) }),
    strike(world, { lasts }) {
      world.restart(lasts as number);
      world.struck('host is off');
    },
  },
  {
    kind: 'clock jumps',
    perDay: 0.5,
    draw: (random, about) => ({
      skew:
        (random.chance(0.5) ? 1 : -1) *
        random.pick([MINUTE, 20 * MINUTE, 2 * HOUR, DAY]) *
        (0.5 + random.next()),
      lasts: lasting(random, about, 6 * HOUR),
    }),
    strike(world, { skew, lasts }) {
      world.clock.skew += Math.floor(skew as number);
      world.struck('clock jumps');
      world.scheduler.at(world.scheduler.now() + (lasts as number), () => {
        world.clock.skew -= Math.floor(skew as number);
      });
    },
  },
];

/** Where one version takes over from the other: in the middle of a job, so that what one has begun the other one ends. */
const TAKEOVERS = [
  'fetch-chunk',
  'fetch-chunk',
  'plan-wave',
  'finalize-job',
  'record-chunk-failure',
  'refresh',
];

/** For runs with an earlier version. A second deployment is a step back. */
export const DEPLOYMENTS: readonly WorldFault[] = [
  {
    kind: 'other version deployed',
    perDay: 8,
    draw: (random) => ({ of: random.pick(TAKEOVERS), skip: random.int(20) }),
    strike({ functions, earlier }, { kind, of, skip }) {
      if (!earlier) return;
      functions.arm({ kind, effect: 'deploy', of: of as string, ms: 0, skip: skip as number, times: 1 });
    },
  },
];
