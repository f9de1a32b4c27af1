import * as z from 'zod';
import { badRequest, parseInput } from '../errors/bad-request.ts';
import type { GordonError } from '../errors/errors.ts';
import type { JobOrder } from '../jobs/job.ts';
import type { JobStore, NewJob, Workflow } from '../jobs/ports.ts';
import { SourceOrFamily, Time, TimeframeText } from '../queries/fields.ts';
import { requireInstant } from '../queries/requested.ts';
import type { Quote } from '../quote/quote.ts';
import { sourcesToOrder } from '../series/names/named-sources.ts';
import type { Source, Sources } from '../series/source.ts';
import { SYMBOL_OR_SELECTOR } from '../series/universe.ts';
import { addYears, type Clock, DAY, floorTo, iso, MINUTE } from '../time/time.ts';
import { isTimeframe, type Timeframe } from '../time/timeframe.ts';
import { checkSymbols, MAX_SYMBOLS, type SymbolPorts } from './check-symbols.ts';
import { type QuotePorts, quoteOrder } from './quote-order.ts';
import { orderIdentity } from './same-order.ts';

export interface CreatePorts extends SymbolPorts {
  readonly jobs: JobStore;
  readonly workflow: Pick<Workflow, 'start'>;
  readonly sources: Sources;
  readonly clock: Clock;
  /** whether the key that a source needs is set */
  hasKey(env: string): boolean;
}

/** The body of `POST /backfill`. Times are `YYYY-MM-DD` or ISO 8601 with a zone. */
export const OrderBody = z.strictObject({
  source: SourceOrFamily,
  symbols: z
    .array(z.string().meta({ pattern: SYMBOL_OR_SELECTOR }))
    .min(1)
    .max(MAX_SYMBOLS)
    .optional(),
  from: Time.optional(),
  to: Time.optional(),
  timeframe: TimeframeText.optional(),
});
export type OrderBody = z.infer<typeof OrderBody>;

/**
 * Takes an order: checks it, enters the job and starts its execution. Without a key it joins a running job with the same order.
 * @param quote what the job keeps as its quote
 * @throws GordonError `BadRequest` for an invalid order; then nothing was stored
 */
export async function createJob(
  ports: CreatePorts,
  body: unknown,
  key?: { readonly key: string; readonly digest: string },
  quote?: (order: JobOrder) => Promise<Quote>,
): Promise<NewJob> {
  const read = readOrder(ports, parseInput(OrderBody, body, 'the order'));
  const order = await checkSymbols(ports, read, quote);
  return enter(ports, quote ? { ...order, quote: await quote(order) } : order, key);
}

/**
 * Takes the order of a schedule, about series that were requested before: no list of a venue is read, and nothing is estimated.
 * @throws as `createJob` does
 */
export async function createScheduledJob(ports: CreatePorts, body: OrderBody, by?: 'audit'): Promise<NewJob> {
  const order = readOrder(ports, parseInput(OrderBody, body, 'the order'));
  return enter(ports, { ...order, scheduled: true, ...(by === 'audit' && { audit: true }) });
}

async function enter(
  ports: CreatePorts,
  order: JobOrder,
  key?: { readonly key: string; readonly digest: string },
): Promise<NewJob> {
  const identity = orderIdentity(order, ports.sources, ports.clock());
  const made = await ports.jobs.create(order, key, identity);
  if (!made.created) return made;
  try {
    await ports.workflow.start(made.job.id);
  } catch (error) {
    // A job without an execution would stay queued forever.
    const reason = 'its execution could not be started';
    await ports.jobs.finish(made.job.id, { status: 'failed', rows: 0, reason });
    throw error;
  }
  return made;
}

/**
 * Checks an order like `createJob` and estimates what the job would take. Nothing is stored, not even a symbol's lives.
 * @throws GordonError `BadRequest`
 */
export async function planJob(
  ports: CreatePorts & QuotePorts,
  body: unknown,
): Promise<JobOrder & { readonly quote: Quote }> {
  const { venue, archive, clock, sources, store, universes, rosters, universe, volumes } = ports;
  const unsaved = { listing: store.listing.bind(store), saveListing: async () => {} };
  const lists = {
    ...(universes && { universes }),
    ...(rosters && { rosters }),
    ...(universe && { universe }),
    ...(volumes && { volumes }),
  };
  const order = readOrder(ports, parseInput(OrderBody, body, 'the order'));
  const quoteOf = (one: JobOrder): Promise<Quote> => quoteOrder(ports, one);
  const looking = { venue, archive, clock, sources, store: unsaved, ...lists };
  const checked = await checkSymbols(looking, order, quoteOf);
  return { ...checked, quote: await quoteOrder(ports, checked) };
}

function readOrder(ports: CreatePorts, body: OrderBody): JobOrder {
  const chosen = sourcesToOrder(ports.sources, body.source);
  const [first] = chosen;
  for (const { id, key } of chosen) if (key && !ports.hasKey(key.env)) throw keyMissing(id, key);
  const timeframe = body.timeframe ?? first!.defaultTimeframe;
  const now = ports.clock();
  const to = instant(body.to, 'to') ?? now;
  // A day of grace beyond "now" would request rows that cannot exist; a minute allows for a caller's clock.
  if (to > now + MINUTE) throw badRequest('future-range', 'to', `${iso(to)} has not come yet.`);
  const from = instant(body.from, 'from') ?? addYears(floorTo(now, DAY), -1);
  if (from > now) throw badRequest('future-range', 'from', `${iso(from)} has not come yet.`);
  if (from >= to) {
    throw badRequest('empty-range', 'the range', `from ${iso(from)} must lie before to ${iso(to)}.`);
  }
  return {
    source: first!.family,
    sources: chosen.filter((s) => s.timeframes.includes(timeframeOf(timeframe, chosen))).map((s) => s.id),
    symbols: [...new Set(body.symbols ?? chosen.flatMap((source) => source.defaultSymbols))],
    skipped: [],
    timeframe: timeframeOf(timeframe, chosen),
    from,
    to,
    alsoRequested: body.from === undefined && body.to === undefined,
  };
}

const keyMissing = (id: string, { env, from }: NonNullable<Source['key']>): GordonError =>
  badRequest('key-missing', id, `needs a key, and ${env} is not set.`, `Get one at ${from}.`);

function timeframeOf(text: string, chosen: readonly Source[]): Timeframe {
  const known = new Set<string>(chosen.flatMap((source) => source.timeframes));
  if (isTimeframe(text) && known.has(text)) return text;
  const remedy = `Use one of: ${[...known].join(', ')}.`;
  throw badRequest('unknown-timeframe', text, `${chosen[0]!.family} has no such timeframe.`, remedy);
}

function instant(text: string | undefined, field: 'from' | 'to'): number | undefined {
  const at = requireInstant(text, field);
  // Nothing is older than the epoch, and the database knows no year 0.
  return at === undefined ? undefined : Math.max(at, 0);
}
