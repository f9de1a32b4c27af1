import type { Page } from '../coverage.ts';
import { GordonError } from '../errors.ts';
import { type Period, periodsIn } from '../period.ts';
import type { ArchiveFile } from '../ports.ts';
import { clip, hull, intersect, measure, type RangeSet, runsOf } from '../range.ts';
import type { ArchiveTier, Finding, Parsed } from '../source.ts';
import { lowerBound, sliceBatch } from '../table.ts';
import { DAY } from '../time.ts';
import { stepOf } from '../timeframe.ts';
import type { Filling, FillPorts } from './fill-range.ts';

/** For up to two days a month's file is the dearer way: daily files hold the same rows. */
const WORTH_A_MONTH = 2 * DAY;

/** Reads the objects of one archive tier for the periods that are missing, and yields their rows page by page. */
export async function* fillFromArchive(
  ports: FillPorts,
  filling: Filling,
  tier: ArchiveTier,
): AsyncGenerator<Page> {
  const around = hull(filling.missing);
  if (!around) return;
  for (const period of periodsIn(tier.unit, around)) {
    const wanted = clip(filling.missing, period);
    if (wanted.length === 0 || tier.publishedAt(period) > ports.clock()) continue;
    if (tier.unit === 'month' && measure(wanted) <= WORTH_A_MONTH) continue;
    if (await outsideLife(filling, period)) continue;
    yield* readObject(ports, filling, tier, period, wanted);
  }
}

/** A period before listing or after delisting has no object; the last tier explains it without being asked for each. */
async function outsideLife(filling: Filling, period: Period): Promise<boolean> {
  if (!filling.asked.some((asked) => asked.status === 404)) return false;
  const listing = await filling.listing();
  if (!listing) return false;
  return period.end <= listing.listedAt || period.start >= (listing.delistedAt ?? Number.POSITIVE_INFINITY);
}

async function* readObject(
  ports: FillPorts,
  filling: Filling,
  tier: ArchiveTier,
  period: Period,
  wanted: RangeSet,
): AsyncGenerator<Page> {
  const object = tier.object(filling.series, period);
  const what = object.file.path;
  let file: ArchiveFile | undefined;
  try {
    file = await ports.archive.read(object);
    filling.asked.push({
      ...{ what, status: file ? 200 : 404, at: ports.clock() },
      ...(file && { sha256: file.sha256 }),
    });
    if (!file) return;
    const parser = tier.parser(filling.series);
    for await (const bytes of file.content) yield* pageOf(filling, wanted, file, what, parser.push(bytes));
    yield* pageOf(filling, wanted, file, what, parser.end());
  } catch (error) {
    if (!(error instanceof GordonError) || !DAMAGED.has(error.code)) throw error;
    // A damaged object is no answer about the rows: the next tier is asked, and the damage is kept on record.
    filling.asked.push({ what: `${what} (${error.code})`, status: 200, at: ports.clock() });
    yield emptyPage(filling, what, [{ kind: error.code, detail: { object: what, message: error.message } }]);
  }
}

const DAMAGED = new Set(['checksum-mismatch', 'corrupt-archive', 'malformed-rows']);

function* pageOf(
  filling: Filling,
  wanted: RangeSet,
  file: ArchiveFile,
  object: string,
  parsed: Parsed | undefined,
): Generator<Page> {
  if (!parsed) return;
  const { batch, findings } = parsed;
  const step = stepOf(filling.series.timeframe);
  // A row may lie outside what is wanted (a whole month's file for half a month): each wanted range takes its own slice.
  for (const range of wanted) {
    const from = lowerBound(batch.times, range.start);
    const to = lowerBound(batch.times, range.end);
    if (from === to) continue;
    const rows = sliceBatch(batch, from, to);
    yield {
      ...{ series: filling.series, rows, empty: [], object, sha256: file.sha256 },
      have: intersect(runsOf(rows.times, step), [range]),
      findings: findings.filter((f) => f.time === undefined || (f.time >= range.start && f.time < range.end)),
    };
  }
}

function emptyPage(filling: Filling, object: string, findings: readonly Finding[]): Page {
  const none = { length: 0, times: new Float64Array(), columns: [] };
  return { series: filling.series, rows: none, have: [], empty: [], findings, object };
}
