import { parseInstant } from '../../functions/core/time/time.ts';
import { json } from './answer.ts';
import type { SimClock } from './clock.ts';
import type { Fault } from './faults/faults.ts';
import type { Outage } from './faults/outages.ts';
import type { ArchiveOverride, RowsOverride } from './faults/overrides.ts';
import type { Restatement } from './faults/restatements.ts';
import type { VenueAnswer, VenueContext, VenueModule } from './module.ts';
import type { Requests } from './requests.ts';

export interface Controlled {
  readonly modules: readonly VenueModule[];
  readonly context: VenueContext;
  readonly clock: SimClock;
  readonly requests: Requests;
}

export interface ControlRequest {
  readonly method: string;
  /** what follows `/_control/` */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

type Action = (on: Controlled, request: ControlRequest) => unknown;

class Refused extends Error {}

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET state': state,
  'GET requests': ({ requests }, { query }) => ({
    counts: requests.counts(),
    last: requests.last(Number(query.get('last') ?? 50)),
  }),
  'DELETE requests': ({ requests }) => requests.clear(),
  'GET faults': ({ context }) => context.faults.list(),
  'POST faults': ({ context }, request) => {
    const { pattern, ...fault } = bodyOf<Fault & { pattern?: string }>(request);
    return context.faults.add(pattern === undefined ? fault : { ...fault, match: new RegExp(pattern) });
  },
  'DELETE faults': ({ context }, { query }) => {
    const id = query.get('id');
    return id ? context.faults.remove(id) : context.faults.clear();
  },
  'POST clock': setClock,
  'POST outages': ({ context }, request) => {
    const { start, end, ...rest } = bodyOf<Omit<Outage, 'start' | 'end'> & Record<'start' | 'end', unknown>>(
      request,
    );
    context.outages.add({ ...rest, start: instant('start', start), end: instant('end', end) });
    return context.outages.list();
  },
  'DELETE outages': ({ context }) => context.outages.clear(),
  'POST restatements': ({ context }, request) => {
    const { start, end, ...rest } = bodyOf<
      Omit<Restatement, 'start' | 'end'> & Record<'start' | 'end', unknown>
    >(request);
    context.restatements.add({ ...rest, start: instant('start', start), end: instant('end', end) });
    return context.restatements.list();
  },
  'DELETE restatements': ({ context }) => context.restatements.clear(),
  'POST limits': ({ context }, request) => {
    const { id, limit } = bodyOf<{ id: string; limit: number }>(request);
    context.limiter.override(id, limit);
    return context.limiter.state();
  },
  'DELETE limits': ({ context }) => context.limiter.reset(),
  'POST overrides': ({ context }, request) => {
    const given = bodyOf<{ archives?: ArchiveOverride[]; rows?: RowsOverride[] }>(request);
    for (const archive of given.archives ?? []) context.overrides.addArchive(archive);
    for (const rows of given.rows ?? []) context.overrides.addRows(rows);
  },
  'POST switches': ({ context }, request) => {
    const { name, value } = bodyOf<{ name?: unknown; value?: unknown }>(request);
    if (typeof name !== 'string' || typeof value !== 'string')
      throw new Refused('name and value must be texts');
    context.switches.set(name, value);
    return context.switches.list();
  },
  'DELETE switches': ({ context }) => context.switches.clear(),
  'GET truth': truth,
};

/** Answers `/_control/<path>`. */
export function control(on: Controlled, request: ControlRequest): VenueAnswer {
  const action = ACTIONS[`${request.method} ${request.path}`];
  if (!action) {
    return json({ error: `no such control; there are: ${Object.keys(ACTIONS).join(', ')}` }, { status: 404 });
  }
  try {
    return json(action(on, request) ?? { ok: true });
  } catch (error) {
    if (!(error instanceof Refused || error instanceof TypeError || error instanceof RangeError)) throw error;
    return json({ error: error.message }, { status: 400 });
  }
}

function state({ modules, context }: Controlled): unknown {
  return {
    now: context.now(),
    seed: context.seed,
    venues: modules.map(({ id, prefix, env }) => ({ id, prefix, env })),
    ...context.limiter.state(),
    faults: context.faults.list(),
    outages: context.outages.list(),
    restatements: context.restatements.list(),
    switches: context.switches.list(),
  };
}

function setClock({ clock }: Controlled, request: ControlRequest): unknown {
  const { set, hold, offsetMs, advanceMs } = bodyOf<Record<string, unknown>>(request);
  if (set !== undefined) clock.set(instant('set', set));
  else if (hold !== undefined) clock.hold(instant('hold', hold));
  else if (typeof offsetMs === 'number') clock.shift(offsetMs);
  else if (typeof advanceMs === 'number') clock.advance(advanceMs);
  else throw new Refused('give one of set, hold (ISO or epoch ms), offsetMs, advanceMs (number)');
  return { now: clock.now() };
}

function truth({ modules, context }: Controlled, { query }: ControlRequest): unknown {
  const series = {
    market: query.get('market') ?? 'spot',
    symbol: query.get('symbol') ?? '',
    timeframe: query.get('timeframe') ?? '1m',
    start: instant('start', query.get('start')),
    end: instant('end', query.get('end')),
  };
  for (const module of modules) {
    const rows = module.truth?.(series, context);
    if (rows) return rows;
  }
  throw new Refused(
    `no venue serves market ${series.market}, symbol ${series.symbol}, timeframe ${series.timeframe}`,
  );
}

/** ISO text or epoch ms. */
function instant(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  const text = String(value ?? '');
  const at = /^\d+$/.test(text) ? Number(text) : parseInstant(text);
  if (at === undefined) throw new Refused(`${name} must be epoch ms or an ISO instant with its zone`);
  return at;
}

function bodyOf<T>(request: ControlRequest): T {
  try {
    return JSON.parse(request.body) as T;
  } catch (error) {
    throw new Refused(`the body must be JSON: ${(error as Error).message}`);
  }
}
