import { type EmptySpan, explainHole, type Page } from '../coverage.ts';
import { clip, measure, type Range, type RangeSet, runsOf, subtract } from '../range.ts';
import type { PagesTier } from '../source.ts';
import { lowerBound, sliceBatch } from '../table.ts';
import { floorTo } from '../time.ts';
import { stepOf } from '../timeframe.ts';
import type { Filling, FillPorts } from './fill-range.ts';

/** Pages through each missing range. As the last tier, what it does not return is proven empty and explained. */
export async function* fillFromPages(
  ports: FillPorts,
  filling: Filling,
  tier: PagesTier,
): AsyncGenerator<Page> {
  for (const range of filling.missing) {
    let left: Range | undefined = await skipOutsideLife(filling, range);
    if (left !== range) yield* explained(filling, tier, subtract([range], left ? [left] : []));
    while (left && left.start < left.end) {
      const page = await readPage(ports, filling, tier, left);
      yield page.page;
      left = page.left;
    }
  }
}

/** Long ranges are first cut to the symbol's life: no request is spent on years in which it did not exist. */
async function skipOutsideLife(filling: Filling, range: Range): Promise<Range | undefined> {
  if (filling.asked.length === 0) return range;
  const listing = await filling.listing();
  if (!listing) return range;
  const life = { start: listing.listedAt, end: listing.delistedAt ?? Number.POSITIVE_INFINITY };
  const [inside] = clip([range], life);
  return inside && measure([inside]) === measure([range]) ? range : inside;
}

async function* explained(filling: Filling, tier: PagesTier, holes: RangeSet): AsyncGenerator<Page> {
  if (holes.length === 0) return;
  yield { ...pageFrame(filling, tier), empty: await explain(filling, holes) };
}

async function readPage(
  ports: FillPorts,
  filling: Filling,
  tier: PagesTier,
  range: Range,
): Promise<{ page: Page; left: Range | undefined }> {
  const { source, series } = filling;
  const request = tier.request(series, range);
  const answer = await ports.venue.get(request);
  const at = ports.clock();
  filling.asked.push({ what: describe(request), status: answer?.status ?? 404, at });
  const parsed = answer && tier.parse(answer.body, series, answer.asOf);
  const frame = { ...pageFrame(filling, tier), object: describe(request), findings: parsed?.findings ?? [] };
  const step = stepOf(series.timeframe);
  const from = parsed ? lowerBound(parsed.batch.times, range.start) : 0;
  const to = parsed ? lowerBound(parsed.batch.times, range.end) : 0;
  const rows = parsed ? sliceBatch(parsed.batch, from, to) : frame.rows;
  const have = clip(runsOf(rows.times, step), range);
  // A full page says nothing beyond its last row; a short one says that there is no more.
  const more = parsed !== undefined && parsed.rowsInBody >= tier.pageRows && rows.length > 0;
  const answered: Range = !more
    ? range
    : tier.direction === 'forward'
      ? { start: range.start, end: have.at(-1)!.end }
      : { start: have[0]!.start, end: range.end };
  const settled = floorTo((answer?.asOf ?? at) - source.settleMs, step);
  const holes = clip(subtract([answered], have), { start: Number.NEGATIVE_INFINITY, end: settled });
  const empty = holes.length > 0 ? await explain(filling, holes) : [];
  const [left] = subtract([range], [answered]);
  return { page: { ...frame, rows, have, empty }, left };
}

async function explain(filling: Filling, holes: RangeSet): Promise<EmptySpan[]> {
  const listing = await filling.listing();
  const evidence = filling.asked.slice(-EVIDENCE_KEPT);
  return holes.flatMap((hole) => explainHole(hole, listing, evidence));
}

/** The last answers are the ones about the hole; a chunk of many pages need not carry them all. */
const EVIDENCE_KEPT = 4;

function pageFrame(filling: Filling, tier: PagesTier): Page {
  const rows = { length: 0, times: new Float64Array(), columns: [] };
  return { series: filling.series, rows, have: [], empty: [], findings: [], object: tier.name };
}

function describe(request: ReturnType<PagesTier['request']>): string {
  const query = Object.entries(request.query ?? {}).map(([key, value]) => `${key}=${value}`);
  return `GET ${request.path}?${query.join('&')}`;
}
