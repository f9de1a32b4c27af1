import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE } from '../../functions/core/time/time.ts';
import type { Fault } from '../../simulator/frame/faults/faults.ts';
import { fetchElsewhere } from '../../test/helpers/faults/fetcher.ts';
import type { TableFault } from '../../test/helpers/faults/table-proxy.ts';
import type { Resources } from './resources.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One fault at work; `hits` counts how often it struck so far. */
export interface Striking {
  hits(): number;
  /** what it does while jobs run */
  during?(jobs: readonly string[]): Promise<void>;
  end?(): Promise<void> | void;
}

export interface FaultKind {
  readonly kind: string;
  strike(resources: Resources, random: () => number): Striking;
}

const upTo = (random: () => number, most: number): number => 1 + Math.floor(random() * most);

const onWire = (kind: string, fault: Fault, most = 3): FaultKind => ({
  kind,
  strike({ venues }, random) {
    const times = upTo(random, most);
    const active = venues.faults.add({ match: /klines/, ...fault, times, skip: Math.floor(random() * 3) });
    return { hits: () => active.hits, end: () => active.remove() };
  },
});

/** These change a stored file until they are taken back. */
const inFiles = (kind: string, fault: Fault): FaultKind => ({
  kind,
  strike({ venues }) {
    const active = venues.faults.add({ match: '/data/', ...fault });
    return { hits: () => active.hits, end: () => active.remove() };
  },
});

const inTable = (kind: string, fault: Omit<TableFault, 'times'>, most: number): FaultKind => ({
  kind,
  strike({ table }, random) {
    const struck = table.strike({ ...fault, times: upTo(random, most) });
    return { hits: () => struck.hits, end: () => table.calm() };
  },
});

/** Strikes once, at a moment while jobs run. */
const once = (
  kind: string,
  act: (resources: Resources, jobs: readonly string[]) => Promise<boolean>,
): FaultKind => ({
  kind,
  strike(resources, random) {
    let hits = 0;
    const pause = random() * 150;
    return {
      hits: () => hits,
      async during(jobs) {
        await sleep(pause);
        if (await act(resources, jobs)) hits += 1;
      },
    };
  },
});

const atFetchers = (
  kind: string,
  act: (
    resources: Resources,
    event: unknown,
    invoke: (event: unknown) => Promise<unknown>,
  ) => Promise<unknown>,
): FaultKind => ({
  kind,
  strike(resources) {
    let hits = 0;
    resources.around = (handler, event, invoke) => {
      if (handler !== 'fetch-chunk' || hits > 0) return invoke(event);
      hits += 1;
      return act(resources, event, invoke);
    };
    return {
      hits: () => hits,
      end: () => {
        resources.around = undefined;
      },
    };
  },
});

const clockSkew = (kind: string, skew: number): FaultKind => ({
  kind,
  strike({ clock }) {
    clock.skew = skew;
    return {
      hits: () => 1,
      end: () => {
        clock.skew = 0;
      },
    };
  },
});

/** Faults of stored files. */
export const FILE_KINDS: readonly FaultKind[] = [
  inFiles('wrong CHECKSUM', { kind: 'wrong-checksum' }),
  inFiles('corrupt zip', { kind: 'corrupt-zip' }),
  inFiles('missing file', { kind: 'not-found' }),
  inFiles('rows twice in a file', { kind: 'duplicate' }),
  inFiles('file out of order', { kind: 'unsorted' }),
];

export const KINDS: readonly FaultKind[] = [
  onWire('429 for a while', { kind: 'status', status: 429 }, 1),
  onWire('418 ban', { kind: 'status', status: 418 }, 1),
  onWire('403 firewall', { kind: 'status', status: 403 }, 1),
  onWire('451 region', { kind: 'status', status: 451 }),
  onWire('500', { kind: 'status', status: 500 }, 6),
  onWire('503', { kind: 'status', status: 503 }, 6),
  onWire('HTML instead of data', { kind: 'html' }, 6),
  onWire('no answer', { kind: 'hang' }, 1),
  onWire('connection cut in the body', { kind: 'cut' }, 6),
  onWire('truncated body', { kind: 'truncate' }),
  ...FILE_KINDS,
  inTable('job table throttled', { kind: 'throttled' }, 6),
  inTable('job table 5xx', { kind: 'server-error' }, 12),
  inTable('job table loses answers', { kind: 'lost-answer' }, 4),
  {
    kind: 'connection cut in a COPY',
    strike({ wire }, random) {
      const cut = wire.cutCopies(upTo(random, 3), Math.floor(random() * 5_000));
      return { hits: () => cut.hits, end: () => wire.calm() };
    },
  },
  {
    kind: 'answer to a COMMIT lost',
    strike({ wire }, random) {
      const lost = wire.loseCommits(upTo(random, 2));
      return { hits: () => lost.hits, end: () => wire.calm() };
    },
  },
  once('all connections cut', async ({ wire }) => wire.cutAll() > 0),
  once('kill -9 of a PostgreSQL backend', async ({ sql }) => {
    const [backend] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'gordon-data' and backend_type = 'client backend' limit 1`;
    return backend !== undefined && process.kill(backend.pid, 'SIGKILL');
  }),
  once('kill -9 of PostgreSQL', async (resources) => {
    process.kill(resources.cluster.pid, 'SIGKILL');
    await resources.restartDatabase();
    return true;
  }),
  once('host ended with jobs at work', async (resources) => {
    await resources.restartHost();
    return true;
  }),
  once('job cancelled', async ({ host }, jobs) => {
    const [id] = jobs;
    if (!id) return false;
    // A job that has ended cannot be cancelled, which is as true.
    return host.services.jobs.cancel(id).then(
      () => true,
      () => false,
    );
  }),
  atFetchers('kill -9 of a fetcher', ({ host, clock }, event) =>
    fetchElsewhere(
      host.env,
      event,
      (child) => void setTimeout(() => child.kill('SIGKILL'), 900 + (clock.ahead % 400)),
      clock.ahead,
    ),
  ),
  atFetchers('fetcher run twice at once', async (_plant, event, invoke) => {
    const [answer] = await Promise.all([invoke(event), invoke(event)]);
    return answer;
  }),
  clockSkew('clock ahead of the venue', 20 * MINUTE),
  clockSkew('clock behind the venue', -20 * MINUTE),
];
