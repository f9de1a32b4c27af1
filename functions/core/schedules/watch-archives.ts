import { errorKind } from '../errors/error-codes.ts';
import { GordonError } from '../errors/errors.ts';
import type { VenuePorts } from '../fetch/fetch-context.ts';
import type { SeriesStore } from '../ledger/ports.ts';
import type { LabelBook } from '../series/labels.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import {
  type ArchiveListing,
  type ListedObject,
  reachOf,
  type Source,
  type Sources,
} from '../series/source.ts';
import { NO_ROWS } from '../series/table.ts';
import { hull } from '../time/range.ts';
import { DAY, MINUTE } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { ArchiveWatch, WatchedObject } from '../verify/archive-watch.ts';
import { checkLabels } from '../verify/check-labels.ts';
import { type FoundObject, objectNamed, publishedHash } from '../verify/objects.ts';
import type { StoredRows } from '../verify/ports.ts';
import { restated } from '../verify/restated.ts';
import { RUN_BUDGET, type RunSummary, runDue } from './run-due.ts';

export interface WatchPorts extends VenuePorts {
  readonly watch: ArchiveWatch;
  readonly store: Pick<SeriesStore, 'commit'>;
  readonly stored: StoredRows;
  readonly labels: LabelBook;
  readonly sources: Sources;
}

const MOST_SERIES = 1_000;
/** The venue's clock and ours differ: the checksum is compared for objects that were published this shortly before they were loaded. */
const CLOCKS_DIFFER = MINUTE;

export interface WatchResult extends RunSummary {
  readonly objects: number;
  /** objects that were republished */
  readonly republished: number;
  /** rows that differ in them */
  readonly rows: number;
  /** statistics whose labels fit another rule than the one in force, in files that this run checked; absent: none */
  readonly labelShifts?: number;
}

/**
 * Compares the archive objects of the ledger with what the archive publishes now. The listing shows which were touched since
 * they were loaded, the checksum shows which of those have changed, and only these are loaded. Rows that differ are
 * replaced, and their former values are kept.
 */
export async function watchArchives(ports: WatchPorts): Promise<WatchResult> {
  const tally: Tally = { objects: 0, republished: 0, rows: 0 };
  const turns = await runDue(
    ports.clock,
    ports.clock() + RUN_BUDGET,
    await ports.watch.due(MOST_SERIES),
    async (series) => {
      const source = ports.sources[series.source];
      if (source) await watchSeries(ports, source, series, tally);
    },
    (series) => ports.watch.watched(series),
  );
  return { ...turns, ...tally };
}

type Counts = Pick<WatchResult, 'objects' | 'republished' | 'rows' | 'labelShifts'>;
type Tally = { -readonly [Name in keyof Counts]: Counts[Name] };

async function watchSeries(ports: WatchPorts, source: Source, series: Series, tally: Tally): Promise<void> {
  const held = (await ports.watch.held(series)).flatMap((one) => {
    const found = objectNamed(source, series, one.object, hull(one.spans)!);
    return found ? [{ held: one, found }] : [];
  });
  tally.objects += held.length;
  const folders = Map.groupBy(held, ({ held: { object } }) => folderOf(object));
  for (const [folder, objects] of folders) {
    const { listing } = objects[0]!.found.tier;
    const listed = listing && (await listFolder(ports, listing, folder, objects));
    for (const one of objects) {
      if (!listed || mayBeAnother(listed.get(one.held.object), one.held)) {
        await compare(ports, source, series, one, tally);
      }
    }
  }
  // Last: an API that refuses a day, or has forgotten the symbol, must not keep its files from being compared.
  const shifts = await watchLabels(ports, source, series, held);
  if (shifts > 0) tally.labelShifts = (tally.labelShifts ?? 0) + shifts;
}

/** The newest of the files of days that the venue's own answers still cover. @returns statistics that contradict the rule */
async function watchLabels(
  ports: WatchPorts,
  source: Source,
  series: Series,
  held: readonly Held[],
): Promise<number> {
  const pages = source.tiers.find((tier) => tier.kind === 'pages');
  const reach = pages && reachOf(pages, stepOf(series.timeframe));
  if (reach === undefined) return 0;
  const since = ports.clock() - reach + DAY;
  const shared = held.filter(({ found: { tier, period } }) => tier.labels && period.start > since);
  const newest = shared.toSorted((a, b) => a.found.period.start - b.found.period.start).at(-1);
  if (!newest) return 0;
  const { tier, period } = newest.found;
  return checkLabels(ports, { source, tier, series, period });
}

/** An object that is not in the listing is requested by itself: listings may lag. */
const mayBeAnother = (listed: ListedObject | undefined, { fetchedAt }: WatchedObject): boolean =>
  listed === undefined || listed.modified > fetchedAt - CLOCKS_DIFFER;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

interface Held {
  readonly held: WatchedObject;
  readonly found: FoundObject;
}

/** The listing of a folder, from the first stored object to the last. */
async function listFolder(
  { venue }: WatchPorts,
  listing: ArchiveListing,
  folder: string,
  objects: readonly Held[],
): Promise<Map<string, ListedObject>> {
  const paths = objects.map(({ held: { object } }) => object).sort();
  const listed = new Map<string, ListedObject>();
  let after = before(paths[0]!);
  for (;;) {
    const answer = await venue.get(listing.request(folder, after));
    const page = answer ? listing.parse(answer.body) : { objects: [], more: false };
    for (const one of page.objects) listed.set(one.path, one);
    const last = page.objects.at(-1)?.path;
    if (!page.more || last === undefined || last >= paths.at(-1)!) return listed;
    after = last;
  }
}

/** A marker that is itself not listed: the last letter is left out. */
const before = (path: string): string => path.slice(0, -1);

async function compare(
  ports: WatchPorts,
  source: Source,
  series: Series,
  { held, found }: Held,
  tally: Tally,
): Promise<void> {
  const now = await publishedHash(ports.venue, found.checksum);
  if (now === undefined || now === held.sha256) return;
  try {
    const file = await ports.archive.read(found);
    if (!file || file.sha256 === held.sha256) return;
    const { tier, period } = found;
    const labels = tier.labels ? await ports.labels.labelRules(tier.labels.dataset, series.symbol) : [];
    const parser = tier.parser(series, undefined, { period, labels });
    const restatement = await restated(ports.stored, source, series, held, file, parser);
    await ports.watch.renew(series, restatement);
    tally.republished += 1;
    tally.rows += restatement.changes.length;
  } catch (error) {
    // A damaged new file changes nothing: the rows of the former one stay, and the next run tries again.
    if (!(error instanceof GordonError) || error.name !== 'PermanentError') throw error;
    if (!errorKind(error.code)?.damage) throw error;
    await noteDamage(ports, series, held.object, error);
  }
}

async function noteDamage(
  { store }: WatchPorts,
  series: Series,
  object: string,
  { code, message }: GordonError,
): Promise<void> {
  const findings = [{ kind: code, detail: { object, message } }];
  const page = { series, rows: NO_ROWS, have: [], empty: [], findings, object };
  await store.commit([page], { jobId: 'watch-archives', chunk: seriesLabel(series) });
}
