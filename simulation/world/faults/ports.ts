import { MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { Fault, FaultKind } from '../../engine/fault.ts';
import type { PortFault } from '../port-faults.ts';
import type { World } from '../world.ts';

/** A fault that reaches the whole world. */
export type WorldFault = Omit<FaultKind, 'strike'> & { strike(world: World, fault: Fault): void };

/** Calls of one minute of the warehouse, so that each of them may be the one. */
const CALLS = 120;

const atPorts = (
  kind: string,
  perDay: number,
  { moment, effect, port, most = 1 }: Pick<PortFault, 'moment' | 'effect' | 'port'> & { readonly most?: number },
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

const FUNCTIONS = ['plan-wave', 'fetch-chunk', 'finalize-job', 'refresh', 'audit-gaps', 'create-job', 'cancel-job'];

const down = (kind: string, port: string, perDay: number, longest: number): WorldFault => ({
  kind,
  perDay,
  draw: (random) => ({ lasts: SECOND + random.int(longest) }),
  strike({ ports, scheduler, struck }, { lasts }) {
    ports.takeDown(port, scheduler.now() + (lasts as number));
    struck.call(undefined, kind);
  },
});

/** What happens between a process and what it calls. */
export const PORT_FAULTS: readonly WorldFault[] = [
  atPorts('process dies before a call', 3, { moment: 'before', effect: 'die', port: undefined }),
  atPorts('process dies after a call', 3, { moment: 'after', effect: 'die', port: undefined }),
  atPorts('function dies before a call', 2, { moment: 'before', effect: 'die', port: undefined }, FUNCTIONS),
  atPorts('function dies after a call', 2, { moment: 'after', effect: 'die', port: undefined }, FUNCTIONS),
  atPorts('job table throttled', 1, { moment: 'before', effect: 'refuse', port: 'table', most: 6 }),
  atPorts('job table loses an answer', 2, { moment: 'after', effect: 'refuse', port: 'table', most: 3 }),
  atPorts('connection to the database cut', 1, { moment: 'before', effect: 'refuse', port: 'sql', most: 6 }),
  atPorts('answer of the database lost', 2, { moment: 'after', effect: 'refuse', port: 'sql', most: 3 }),
  atPorts('connection to the venue cut', 1, { moment: 'before', effect: 'refuse', port: 'venue', most: 6 }),
  down('database restarts', 'sql', 1, 2 * MINUTE),
  down('job table is away', 'table', 0.5, 2 * MINUTE),
  {
    kind: 'database is slow',
    perDay: 0.5,
    draw: (random) => ({ lasts: MINUTE + random.int(10 * MINUTE), ms: 100 + random.int(5_000) }),
    strike(world, { lasts, ms }) {
      world.ports.slowDown('sql', world.scheduler.now() + (lasts as number), ms as number);
      world.struck('database is slow');
    },
  },
];
