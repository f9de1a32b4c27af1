import { errorKind } from '../errors/error-codes.ts';
import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import { accountedFor, readPaces } from '../ledger/account.ts';
import type { Page } from '../ledger/coverage.ts';
import { objectReach, periodsFor } from '../series/object-reach.ts';
import {
  type ArchiveTier,
  type Finding,
  type Listing,
  livesOf,
  type ObjectFacts,
  type Parsed,
} from '../series/source.ts';
import { countWithin, rowsWithin } from '../series/table.ts';
import { wantedFromObject } from '../series/wanted-from-object.ts';
import type { Period } from '../time/period.ts';
import {
  clip,
  hull,
  intersect,
  measure,
  type Range,
  type RangeSet,
  runsOf,
  subtract,
  union,
} from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import { afterEnd } from './after-end.ts';
import { explainExpired } from './explain-expired.ts';
import { type FetchContext, mayLieOutsideLife, type ObjectAnswer, type VenuePorts } from './fetch-context.ts';
import type { ArchiveFile } from './ports.ts';
import { refuseUnanswered } from './refuse-unanswered.ts';
import { withoutUnlisted } from './unlisted.ts';

/** Reads the objects of one archive tier for the periods that are missing, and yields their rows page by page. */
export async function* fillFromArchive(
  ports: VenuePorts,
  context: FetchContext,
  tier: ArchiveTier,
): AsyncGenerator<Page> {
  const around = hull(context.missing);
  if (!around) return;
  const step = stepOf(context.series.timeframe);
  const labels = (tier.labels && (await context.labels?.(tier.labels.dataset))) || [];
  const siblings = new Map<string, RangeSet>();
  const wantedOf = (period: Period): RangeSet =>
    wantedFromObject(tier, period, context.missing, ports.clock(), step);
  let ahead: readonly Period[] = periodsFor(tier, around, step);
  let looked = false;
  while (ahead.length > 0) {
    const [period, ...rest] = ahead as readonly [Period, ...Period[]];
    const wanted = wantedOf(period);
    if (wanted.length === 0 || (await outsideLife(context, objectReach(tier, period, step)))) {
      ahead = rest;
    } else if (!looked && lacksObject(context, period)) {
      looked = true;
      const asked = ahead.filter((one) => wantedOf(one).length > 0);
      ahead = await withoutUnlisted(ports, context, tier, asked, step);
    } else {
      yield* readObject(ports, context, tier, { period, labels }, wanted, siblings);
      ahead = rest;
    }
  }
}

/** The coarser object over a period was not there, or the one just before it: the next ones may not be there either. */
const lacksObject = ({ objects }: FetchContext, { start, end }: Period): boolean =>
  objects.some(
    ({ outcome, span }) =>
      outcome === 'missing' && (span.end === start || (span.start <= start && end <= span.end)),
  );

/** A period before listing or after delisting has no object; the last tier explains it without being asked for each. */
async function outsideLife(context: FetchContext, reach: Range): Promise<boolean> {
  if (!mayLieOutsideLife(context)) return false;
  const listing = await listingIfAnswered(context);
  return listing !== undefined && intersect([reach], livesOf(listing)).length === 0;
}

/**
 * The listing only saves requests here, and a venue that refuses this region or is out of budget still has an archive
 * that answers. So its refusal waits: the last tier asks the same and reports it.
 */
async function listingIfAnswered(context: FetchContext): Promise<Listing | undefined> {
  try {
    return await context.listing();
  } catch (error) {
    if (error instanceof BudgetExhausted) return undefined;
    if (error instanceof GordonError && error.code !== 'unknown-symbol') return undefined;
    throw error;
  }
}

async function* readObject(
  ports: VenuePorts,
  context: FetchContext,
  tier: ArchiveTier,
  facts: ObjectFacts,
  wanted: RangeSet,
  siblings: Map<string, RangeSet>,
): AsyncGenerator<Page> {
  const { period } = facts;
  const step = stepOf(context.series.timeframe);
  const object = tier.object(context.series, period);
  const what = object.file.path;
  const note = (outcome: ObjectAnswer['outcome'], error?: GordonError): void => {
    const { start, end } = period;
    const damage = error && { error: { code: error.code, message: error.message } };
    const tail = tier.closing && { tail: { start: end, end: end + step } };
    context.objects.push({ span: { start, end }, ...tail, outcome, asked: context.asked.at(-1)!, ...damage });
  };
  let file: ArchiveFile | undefined;
  try {
    file = await ports.archive.read(object);
    context.asked.push({
      what,
      status: file ? 200 : 404,
      at: ports.clock(),
      ...(file && { sha256: file.sha256 }),
    });
    if (!file) return note('missing');
    const parser = tier.parser(context.series, measure([period]) / step, facts);
    const read = {
      object: what,
      sha256: file.sha256,
      wanted,
      siblings,
      along: alongOf(tier, period, wanted, step),
    };
    for await (const bytes of file.content) yield* pageOf(context, read, parser.push(bytes));
    yield* pageOf(context, read, parser.end());
    note('read');
    yield* siblingHoles(ports, context, period, read);
  } catch (error) {
    if (!(error instanceof GordonError) || !errorKind(error.code)?.damage) throw error;
    // A damaged object is no answer about the rows: the next tier is asked, and the damage is kept on record.
    context.asked.push({ what: `${what} (${error.code})`, status: 200, at: ports.clock() });
    note('damaged', error);
    yield emptyPage(context, what, [{ kind: error.code, detail: { object: what, message: error.message } }]);
  }
}

interface ReadObject {
  readonly object: string;
  readonly sha256: string;
  /** what was missing when the object was opened */
  readonly wanted: RangeSet;
  /** what the rows of each sibling account for, of all objects that were read so far */
  readonly siblings: Map<string, RangeSet>;
  /** of which rows of siblings come along */
  readonly along: RangeSet;
}

/**
 * One page from one piece of the file: the rows that are still missing, however many holes they lie in. A file may hold
 * more than is wanted, and an unsorted one may repeat in a later piece what an earlier one brought.
 */
async function* pageOf(
  context: FetchContext,
  read: ReadObject,
  parsed: Parsed | undefined,
): AsyncGenerator<Page> {
  if (!parsed) return;
  refuseUnanswered(context, parsed);
  const { object, sha256, wanted } = read;
  const missing = intersect(wanted, context.missing);
  const rows = rowsWithin(parsed.batch, missing);
  const repeated = countWithin(parsed.batch.times, wanted) - rows.length;
  const findings = parsed.findings.filter((finding) => touches(finding, missing));
  if (repeated > 0) findings.push({ kind: 'repeated-rows', detail: { object, rows: repeated } });
  if (rows.length > 0) findings.push(...(await afterEnd(context, parsed.batch, missing)));
  const { source, series } = context;
  // Siblings first: the fetcher may stop after any page of its own.
  yield* alsoIn(context, read, parsed);
  if (rows.length > 0 || findings.length > 0) {
    const have = accountedFor(
      source,
      series.timeframe,
      parsed.batch.times,
      missing,
      readPaces(source.table, parsed.batch),
    );
    yield { series, rows, have, empty: [], findings, object, sha256 };
  }
}

/**
 * The object's own period, and the step at its end where that is wanted as well: else it lies beyond the order. Of an object that
 * was read for a step which another one may hold, that step alone.
 */
function alongOf(tier: ArchiveTier, period: Period, wanted: RangeSet, step: number): RangeSet {
  const { start, end } = period;
  const inner = tier.closing ? { start: start + step, end } : period;
  return clip(wanted, inner).length > 0 ? union([{ start, end }], wanted) : wanted;
}

/** Rows of sibling sources, which would otherwise load the same object once more. The store keeps what is still missing. */
function* alsoIn(
  { series }: FetchContext,
  { object, sha256, siblings, along }: ReadObject,
  { also = {} }: Parsed,
): Generator<Page> {
  for (const [source, { batch, findings: all }] of Object.entries(also)) {
    const rows = rowsWithin(batch, along);
    const have = runsOf(rows.times, stepOf(series.timeframe));
    const findings = all.filter((finding) => touches(finding, along));
    siblings.set(source, union(siblings.get(source) ?? [], have));
    yield { series: { ...series, source }, rows, have, empty: [], findings, object, sha256 };
  }
}

/**
 * What a sibling has no row for in an object that was read to its end, where its own last tier no longer reaches: without
 * this its chunk would load the object once more, only to learn the same. A step that the next object may hold as well is
 * left for that one.
 */
async function* siblingHoles(
  ports: VenuePorts,
  context: FetchContext,
  { start, end }: Period,
  { object, siblings, along }: ReadObject,
): AsyncGenerator<Page> {
  for (const [source, have] of siblings) {
    const last = context.sources[source]?.tiers.at(-1);
    if (last?.kind !== 'pages' || last.reachMs === undefined) continue;
    if (end > ports.clock() - last.reachMs) continue;
    const empty = await explainExpired(context, subtract(clip(along, { start, end }), have));
    if (empty.length > 0)
      yield { ...emptyPage(context, object, []), series: { ...context.series, source }, empty };
  }
}

function touches({ time, until }: Finding, ranges: RangeSet): boolean {
  return time === undefined || clip(ranges, { start: time, end: until ?? time + 1 }).length > 0;
}

function emptyPage(context: FetchContext, object: string, findings: readonly Finding[]): Page {
  const none = { length: 0, times: new Float64Array(), columns: [] };
  return { series: context.series, rows: none, have: [], empty: [], findings, object };
}
