import { MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { DrawnAbout, Fault, FaultKind } from '../../engine/fault.ts';
import type { Random } from '../../engine/random.ts';
import type { PortFault } from '../port-faults.ts';
import type { World } from '../world.ts';

/** A fault that reaches the whole world. */
export type WorldFault = Omit<FaultKind, 'strike'> & { strike(world: World, fault: Fault): void };

/** A while, which is over before the quiet period begins; ms. */
export const lasting = (random: Random, { at, within }: DrawnAbout, longest: number): number =>
  Math.floor(Math.max(0, Math.min(SECOND + random.next() * longest, within.end - at - 1)));

/** Most jobs last for seconds: what needs one waits until one is at work, for some minutes. */
export function whenAny<T>(
  { scheduler }: Pick<World, 'scheduler'>,
  find: () => readonly T[],
  strike: (found: readonly T[]) => void,
  tries = 1_000,
): void {
  const found = find();
  if (found.length > 0) strike(found);
  else if (tries > 0)
    scheduler.at(scheduler.now() + 300, () => whenAny({ scheduler }, find, strike, tries - 1));
}

/** Calls of one minute of the warehouse, so that each of them may be the one. */
const CALLS = 120;

const atPorts = (
  kind: string,
  perDay: number,
  {
    moment,
    effect,
    port,
    most = 1,
  }: Pick<PortFault, 'moment' | 'effect' | 'port'> & { readonly most?: number },
  of?: readonly string[],
): WorldFault => ({
  kind,
  perDay,
  draw: (random) => ({
    skip: random.int(CALLS),
    times: 1 + random.int(most),
    ...(of && { of: random.pick(of) }),
  }),
  strike({ ports }, { skip, times, of: whose }) {
    ports.arm({
      kind,
      moment,
      effect,
      skip: whose === undefined ? (skip as number) : (skip as number) % 20,
      times: times as number,
      ...(port !== undefined && { port }),
      ...(whose !== undefined && { of: whose as string }),
    });
  },
});

const FUNCTIONS = [
  'plan-wave',
  'fetch-chunk',
  'finalize-job',
  'fail-job',
  'execution-stopped',
  'refresh',
  'audit-gaps',
  'create-job',
  'cancel-job',
];

const down = (kind: string, port: string, perDay: number, longest: number): WorldFault => ({
  kind,
  perDay,
  draw: (random) => ({ lasts: SECOND + random.int(longest) }),
  strike(world, { lasts }) {
    world.ports.takeDown(port, world.scheduler.now() + (lasts as number));
    world.struck(kind);
  },
});

/** What happens between a process and what it calls. */
export const PORT_FAULTS: readonly WorldFault[] = [
  atPorts('process dies before a call', 3, { moment: 'before', effect: 'die' }),
  atPorts('process dies after a call', 3, { moment: 'after', effect: 'die' }),
  atPorts('function dies before a call', 2, { moment: 'before', effect: 'die' }, FUNCTIONS),
  atPorts('function dies after a call', 2, { moment: 'after', effect: 'die' }, FUNCTIONS),
  atPorts('job table throttled', 1, { moment: 'before', effect: 'refuse', port: 'table', most: 6 }),
  atPorts('job table loses an answer', 2, { moment: 'after', effect: 'refuse', port: 'table', most: 3 }),
  atPorts('connection to the database cut', 1, { moment: 'before', effect: 'refuse', port: 'sql', most: 6 }),
  atPorts('answer of the database lost', 2, { moment: 'after', effect: 'refuse', port: 'sql', most: 3 }),
  atPorts('connection to the venue cut', 1, { moment: 'before', effect: 'refuse', port: 'venue', most: 6 }),
  {
    kind: 'database restarts',
    perDay: 1,
    draw: (random) => ({ lasts: SECOND + random.int(2 * MINUTE), unwritten: random.int(600) }),
    strike(world, { kind, lasts, unwritten }) {
      const now = world.scheduler.now();
      // What was on its way to the disk is lost, and what waits for an answer gets none.
      world.warehouse.crash(now - (unwritten as number));
      world.ports.takeDown('sql', now + (lasts as number));
      world.struck(kind);
    },
  },
  down('job table is away', 'table', 0.5, 2 * MINUTE),
  down('event bus is away', 'bus', 0.5, 2 * MINUTE),
  {
    kind: 'database is slow',
    perDay: 0.5,
    draw: (random) => ({ lasts: MINUTE + random.int(10 * MINUTE), ms: 100 + random.int(5_000) }),
    strike(world, { kind, lasts, ms }) {
      world.ports.slowDown('sql', world.scheduler.now() + (lasts as number), ms as number);
      world.struck(kind);
    },
  },
];
