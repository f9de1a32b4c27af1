import { ACTIVE_STATUSES } from '../job.ts';
import type { SeriesCatalog } from '../ports.ts';
import type { Source } from '../source.ts';
import { DAY, iso, MINUTE } from '../time.ts';
import { type CreatePorts, createJob } from './create-job.ts';

/** Far enough back to mend a missed day, near enough that planning costs nothing. */
const TAIL = 2 * DAY;

/** How often the schedule runs, as the manifest has it: one run falls into the beginning of each longer period. */
const REFRESH_EVERY = 5 * MINUTE;

const isDue = ({ refreshEveryMs = REFRESH_EVERY }: Source, now: number): boolean =>
  now % refreshEveryMs < REFRESH_EVERY;

/** What a venue still revises belongs to the tail. */
const tailOf = ({ settleMs }: Source, now: number): number => now - Math.max(TAIL, settleMs);

interface Order {
  readonly source: string;
  readonly timeframe: string;
  readonly symbols: Set<string>;
  readonly tail: number;
  /** the tail adds nothing in front of what was asked for; epoch ms */
  requestedFrom: number;
}

/**
 * Orders the newest rows of every series that was ever requested: one job for each source and timeframe. A family whose
 * job is still at work is left out, so that a slow venue does not pile jobs up.
 * @returns ids of the jobs it started
 */
export async function refreshTails(
  ports: CreatePorts & { readonly catalog: Pick<SeriesCatalog, 'report'> },
): Promise<string[]> {
  const now = ports.clock();
  const known = await ports.catalog.report({});
  const active = await ports.jobs.list({ statuses: ACTIVE_STATUSES, limit: 100 });
  const busy = new Set(active.jobs.map((job) => job.source));
  const orders = new Map<string, Order>();
  for (const { source, symbol, timeframe, requested } of known) {
    const spec = ports.sources[source];
    if (!spec || busy.has(spec.family) || !isDue(spec, now)) continue;
    // Its key was taken away: that is for whoever orders it to hear, and no reason to leave out the others.
    if (spec.key && !ports.hasKey(spec.key.env)) continue;
    const key = `${source} ${timeframe}`;
    const order = orders.get(key) ?? {
      ...{ source, timeframe, symbols: new Set<string>() },
      ...{ tail: tailOf(spec, now), requestedFrom: now - TAIL },
    };
    order.symbols.add(symbol);
    order.requestedFrom = Math.min(order.requestedFrom, requested[0]?.start ?? now);
    orders.set(key, order);
  }
  const started: string[] = [];
  for (const { source, timeframe, symbols, tail, requestedFrom } of orders.values()) {
    const from = iso(Math.max(tail, requestedFrom));
    const made = await createJob(ports, { source, timeframe, symbols: [...symbols], from });
    started.push(made.job.id);
  }
  return started;
}
