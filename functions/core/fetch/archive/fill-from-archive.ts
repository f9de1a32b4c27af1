import { errorKind } from '../../errors/error-codes.ts';
import { BudgetExhausted, GordonError } from '../../errors/errors.ts';
import { accountedFor, readPaces } from '../../ledger/account.ts';
import type { Page } from '../../ledger/coverage.ts';
import {
  type ArchiveTier,
  type Finding,
  type Listing,
  livesOf,
  type ObjectFacts,
  type Parsed,
  reachOf,
} from '../../series/source.ts';
import { countWithin, rowsWithin } from '../../series/table.ts';
import { objectReach, periodsFor } from '../../series/tiers/object-reach.ts';
import { wantedFromObject } from '../../series/tiers/wanted-from-object.ts';
import type { Period } from '../../time/period.ts';
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
} from '../../time/range.ts';
import { stepOf } from '../../time/timeframe.ts';
import { afterEnd } from '../after-end.ts';
import { explainExpired } from '../explain-expired.ts';
import type { FetchContext } from '../fetch-context.ts';
import {
  emptyPage,
  mayLieOutsideLife,
  type ObjectAnswer,
  type Progress,
  type TierInput,
  type TierRun,
} from '../fetch-progress.ts';
import type { ArchiveFile } from '../ports.ts';
import { refuseUnanswered } from '../refused-answers.ts';
import { withoutUnlisted } from './listed-periods.ts';
import { AHEAD, type ArchiveObject, ReadAhead, SMALL_OBJECT } from './read-ahead.ts';

type Input = TierInput<ArchiveTier>;

/** Reads the objects of one archive tier for the periods that are missing, and yields their rows page by page. */
export async function* fillFromArchive(input: Input): TierRun {
  const reader = new ReadAhead(input.ports.archive);
  try {
    yield* readPeriods(input, reader);
  } finally {
    await reader.end();
  }
}

async function* readPeriods(input: Input, reader: ReadAhead): TierRun {
  const { ports, context, tier, progress } = input;
  const around = hull(progress.missing);
  if (!around) return;
  const step = stepOf(context.series.timeframe);
  const labels = (tier.labels && (await context.labels?.(tier.labels.dataset))) || [];
  const siblings = new Map<string, RangeSet>();
  const wantedIn = (period: Period): RangeSet =>
    wantedFromObject(context.source, tier, period, progress.missing, ports.clock(), step);
  let ahead: readonly Period[] = periodsFor(tier, around, step);
  let looked = false;
  while (ahead.length > 0) {
    const [period, ...rest] = ahead as readonly [Period, ...Period[]];
    const wanted = wantedIn(period);
    if (wanted.length === 0 || (await outsideLife(input, objectReach(tier, period, step)))) {
      ahead = rest;
    } else if (!looked && lacksObject(progress, period)) {
      looked = true;
      ahead = yield* withoutUnlisted(
        input,
        ahead.filter((one) => wantedIn(one).length > 0),
      );
    } else {
      const begin = async (): Promise<void> => {
        const next = looked || !mayLieOutsideLife(progress) ? rest : [];
        reader.begin(await worthBeginning(input, period, next));
      };
      yield* readObject(input, { period, labels }, wanted, siblings, { reader, begin });
      ahead = rest;
    }
  }
}

/**
 * Small objects that will be read after one that is there, whatever rows that one turns out to have.
 * @param next periods in order; after an object that lacked none, until the listing has shown which of them have one
 */
async function worthBeginning(
  input: Input,
  period: Period,
  next: readonly Period[],
): Promise<ArchiveObject[]> {
  const { ports, context, tier, progress } = input;
  const { source } = context;
  const step = stepOf(context.series.timeframe);
  const objects: ArchiveObject[] = [];
  if (source.table.offGrid) return objects;
  let left = subtract(progress.missing, [objectReach(tier, period, step)]);
  for (const one of next) {
    if (objects.length === AHEAD) break;
    const reach = objectReach(tier, one, step);
    const wanted = wantedFromObject(source, tier, one, left, ports.clock(), step);
    left = subtract(left, [reach]);
    if (wanted.length === 0 || measure([one]) / step > SMALL_OBJECT) continue;
    if (!(await outsideLife(input, reach))) objects.push(tier.object(context.series, one));
  }
  return objects;
}

/** The coarser object over a period was not there, or the one just before it: the next ones may not be there either. */
const lacksObject = ({ objects }: Progress, { start, end }: Period): boolean =>
  objects.some(
    ({ outcome, span }) =>
      outcome === 'missing' && (span.end === start || (span.start <= start && end <= span.end)),
  );

/** A period before listing or after delisting has no object; the last tier explains it without a request for each. */
async function outsideLife({ context, progress }: Input, reach: Range): Promise<boolean> {
  if (!mayLieOutsideLife(progress)) return false;
  const listing = await listingIfAnswered(context);
  return listing !== undefined && intersect([reach], livesOf(listing)).length === 0;
}

/**
 * The listing only saves requests here, and a venue that refuses this region or is out of budget still has an archive
 * that answers. So its refusal waits: the last tier makes the same request and reports it.
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
  input: Input,
  facts: ObjectFacts,
  wanted: RangeSet,
  siblings: Map<string, RangeSet>,
  { reader, begin }: { readonly reader: ReadAhead; begin(): Promise<void> },
): TierRun {
  const { ports, context, tier } = input;
  const { period } = facts;
  const step = stepOf(context.series.timeframe);
  const object = tier.object(context.series, period);
  const what = object.file.path;
  const { start, end } = period;
  const about: Pick<ObjectAnswer, 'span' | 'tail'> = {
    span: { start, end },
    ...(tier.closing && { tail: { start: end, end: end + step } }),
  };
  let file: ArchiveFile | undefined;
  try {
    file = await reader.read(object);
    const unproven = file && file.sha256 === undefined;
    const request = {
      what: unproven ? `${what} (not proven: no checksum is published)` : what,
      status: file ? 200 : 404,
      at: ports.clock(),
      ...(file?.sha256 !== undefined && { sha256: file.sha256 }),
    };
    yield { request };
    if (!file) return yield { object: { ...about, outcome: 'missing', request } };
    await begin();
    const parser = tier.parser(context.series, measure([period]) / step, facts);
    const read = {
      object: request.what,
      hash: file.sha256 === undefined ? {} : { sha256: file.sha256 },
      wanted,
      siblings,
      along: alongOf(tier, period, wanted, step),
    };
    for await (const bytes of file.content) yield* pagesOf(input, read, parser.push(bytes));
    yield* pagesOf(input, read, parser.end());
    yield { object: { ...about, outcome: 'read', request } };
    yield* siblingHoles(input, period, read);
  } catch (error) {
    if (!(error instanceof GordonError) || !errorKind(error.code)?.damage) throw error;
    const { code, message } = error;
    // A damaged object says nothing about the rows: they fall to the next tier, and the damage is kept on record.
    const request = { what: `${what} (${code})`, status: 200, at: ports.clock() };
    yield { request };
    yield { object: { ...about, outcome: 'damaged', request, error: { code, message } } };
    const findings = [{ kind: code, detail: { object: what, message } }];
    yield { page: { ...emptyPage(context, what), findings } };
  }
}

interface ReadObject {
  readonly object: string;
  /** absent where the venue publishes no checksum */
  readonly hash: Pick<Page, 'sha256'>;
  /** what was missing when the object was opened */
  readonly wanted: RangeSet;
  /** what the rows of each sibling account for, of all objects that this tier read so far */
  readonly siblings: Map<string, RangeSet>;
  /** of which rows of siblings come along */
  readonly along: RangeSet;
}

/**
 * The pages from one piece of the file: of siblings, and one of the rows that are still missing, however many holes they lie in. A
 * file may hold more than is wanted, and an unsorted one may repeat in a later piece what an earlier one brought.
 */
async function* pagesOf({ context, progress }: Input, read: ReadObject, parsed: Parsed | undefined): TierRun {
  if (!parsed) return;
  refuseUnanswered(context, parsed);
  const { object, hash, wanted } = read;
  const open = intersect(wanted, progress.missing);
  const missing = parsed.answered ? intersect(open, parsed.answered) : open;
  const rows = rowsWithin(parsed.batch, missing);
  const repeated = countWithin(parsed.batch.times, wanted) - countWithin(parsed.batch.times, open);
  const findings = parsed.findings.filter((finding) => touches(finding, missing));
  if (repeated > 0) findings.push({ kind: 'repeated-rows', detail: { object, rows: repeated } });
  if (rows.length > 0) findings.push(...(await afterEnd(context, parsed.batch, missing)));
  const { source, series } = context;
  // Siblings first: the fetcher may stop after any page of its own.
  yield* siblingPages(context, read, parsed);
  if (rows.length > 0 || findings.length > 0 || (parsed.answered && missing.length > 0)) {
    const have = accountedFor(
      source,
      series.timeframe,
      parsed.batch.times,
      missing,
      readPaces(source.table, parsed.batch),
    );
    yield { page: { series, rows, have, empty: [], findings, object, ...hash } };
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
async function* siblingPages(
  { series }: FetchContext,
  { object, hash, siblings, along }: ReadObject,
  { also = {} }: Parsed,
): TierRun {
  for (const [source, { batch, findings: all }] of Object.entries(also)) {
    const rows = rowsWithin(batch, along);
    const have = runsOf(rows.times, stepOf(series.timeframe));
    const findings = all.filter((finding) => touches(finding, along));
    siblings.set(source, union(siblings.get(source) ?? [], have));
    yield { page: { series: { ...series, source }, rows, have, empty: [], findings, object, ...hash } };
  }
}

/**
 * What a sibling has no row for in an object that was read to its end, where its own last tier no longer reaches: without
 * this its chunk would load the object once more, only to learn the same. A step that the next object may hold as well is
 * left for that one.
 */
async function* siblingHoles(
  { ports, context, progress }: Input,
  { start, end }: Period,
  { object, siblings, along }: ReadObject,
): TierRun {
  for (const [source, have] of siblings) {
    const last = context.sources[source]?.tiers.at(-1);
    const reach = last?.kind === 'pages' ? reachOf(last, stepOf(context.series.timeframe)) : undefined;
    if (reach === undefined || end > ports.clock() - reach) continue;
    const empty = await explainExpired(context, progress, subtract(clip(along, { start, end }), have));
    const series = { ...context.series, source };
    if (empty.length > 0) yield { page: { ...emptyPage(context, object), series, empty } };
  }
}

function touches({ time, until }: Finding, ranges: RangeSet): boolean {
  return time === undefined || clip(ranges, { start: time, end: until ?? time + 1 }).length > 0;
}
