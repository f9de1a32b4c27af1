import { ACTIVE_STATUSES } from '../job.ts';
import type { SeriesCatalog } from '../ports.ts';
import { DAY, iso } from '../time.ts';
import { type CreatePorts, createJob } from './create-job.ts';

/** Far enough back to mend a missed day, near enough that planning costs nothing. */
const TAIL = 2 * DAY;

/**
 * Orders the newest rows of every series that was ever requested: one job for each source and timeframe. A family whose
 * job is still at work is left out, so that a slow venue does not pile jobs up.
 * @returns ids of the jobs it started
 */
export async function refreshTails(
  ports: CreatePorts & { readonly catalog: Pick<SeriesCatalog, 'report'> },
): Promise<string[]> {
  const known = await ports.catalog.report({});
  const active = await ports.jobs.list({ statuses: ACTIVE_STATUSES, limit: 100 });
  const busy = new Set(active.jobs.map((job) => job.source));
  const orders = new Map<string, { source: string; timeframe: string; symbols: Set<string> }>();
  for (const { source, symbol, timeframe } of known) {
    const spec = ports.sources[source];
    if (!spec || busy.has(spec.family)) continue;
    const key = `${source} ${timeframe}`;
    const order = orders.get(key) ?? { source, timeframe, symbols: new Set<string>() };
    order.symbols.add(symbol);
    orders.set(key, order);
  }
  const from = iso(ports.clock() - TAIL);
  const started: string[] = [];
  for (const { source, timeframe, symbols } of orders.values()) {
    const made = await createJob(ports, { source, timeframe, symbols: [...symbols], from });
    started.push(made.job.id);
  }
  return started;
}
