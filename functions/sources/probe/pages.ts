import { type Check, judged, type ProbeAnswer } from '../../core/probe/check.ts';
import type { Series } from '../../core/series/series.ts';
import type { PagesTier, Source } from '../../core/series/source.ts';
import { pageRequests, reachOf } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { Range } from '../../core/time/range.ts';
import { ceilTo, DAY, floorTo } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { malformed } from '../rest/malformed.ts';
import {
  judgeLimitHeader,
  judgeOpen,
  judgeOrder,
  judgePage,
  judgeShape,
  judgeUnit,
  type Layout,
  readRows,
} from './answers.ts';
import { judgeListing } from './listings.ts';

/** What is checked of a source that is paged. */
export interface PagesProbe {
  readonly venue: string;
  readonly source: Source;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly layout: Layout;
  /** rows of one step: the newest of them are open, the adapter leaves them out */
  readonly candles?: true;
  /** how far back the recent rows are requested; ms */
  readonly recentMs: number;
  /** a range with more rows than a page has, back from now; ms. Absent: all comes in one answer, or a page is too large to fill */
  readonly longMs?: number;
  /** the life of the symbol: how old its newest row may be, ms. Absent: not looked up by the adapter */
  readonly newestWithinMs?: number;
  /** the budget's header is looked for in its answers; false: it has no budget that anybody counts */
  readonly counted?: false;
}

const pagesOf = ({ id, tiers }: Source): PagesTier => {
  const tier = tiers.find((one): one is PagesTier => one.kind === 'pages');
  if (!tier) throw malformed(id, 'the source has no pages.');
  return tier;
};

/** The checks that every paged source allows, on two answers and those about a symbol's life. */
export function pageChecks(probe: PagesProbe): Check[] {
  const { venue, source, symbol, timeframe, layout, candles } = probe;
  const tier = pagesOf(source);
  const series: Series = { source: source.id, symbol, timeframe };
  const step = stepOf(timeframe);
  const recent = (now: number): Range => {
    // A candle of the next step that is not there yet does no harm; one that has just ended would.
    const end = floorTo(now, step) + (candles ? 2 * step : 0);
    return { start: floorTo(now - probe.recentMs, step), end };
  };
  const requestsFor = (range: Range, now: number): readonly HttpRequest[] =>
    pageRequests(tier, series, range, now);
  const reach = reachOf(tier, step);
  const newest = (now: number) => requestsFor(recent(now), now).slice(-1);
  const parse = (answer: ProbeAnswer) => tier.parse(answer.body, series, answer.asOf);
  const check = (
    name: string,
    proves: string,
    judge: (answer: ProbeAnswer, now: number) => ReturnType<Check['judge']>,
    requests: Check['requests'] = newest,
  ): Check => ({
    id: `${venue}/${source.id}/${name}`,
    venue,
    proves,
    sources: [source.id],
    requests,
    judge: ([answer], now) => {
      if (!answer) throw malformed('', 'the venue says that there is no such thing.');
      return judge(answer, now);
    },
  });
  const shape = check('shape', 'rows have the fields that the adapter reads', (answer) =>
    judgeShape(readRows(answer, layout), layout, () => parse(answer)),
  );
  const unit = check('unit', `stamps are ${layout.unit} as ${layout.type}`, (answer) =>
    judgeUnit(readRows(answer, layout), layout),
  );
  const ordered = check('order', `rows come ${layout.order} first`, (answer) =>
    judgeOrder(readRows(answer, layout), layout),
  );
  const open = check('open-candle', 'the running candle is in the answer, and is left out', (answer) =>
    judgeOpen(readRows(answer, layout), layout, parse(answer), answer.asOf, step),
  );
  return [
    shape,
    unit,
    ...(layout.order ? [ordered] : []),
    ...(candles ? [open] : []),
    ...(probe.longMs === undefined ? [] : [pageCheck(probe, tier, check, series, probe.longMs)]),
    ...(reach === undefined ? [] : [reachCheck(probe, tier, check, series, reach)]),
    ...(probe.counted === false ? [] : [headerCheck(tier, series, check)]),
    ...(probe.newestWithinMs === undefined ? [] : [listingCheck(probe, series, probe.newestWithinMs)]),
  ];
}

type MakeCheck = (
  name: string,
  proves: string,
  judge: (answer: ProbeAnswer, now: number) => ReturnType<Check['judge']>,
  requests?: Check['requests'],
) => Check;

function pageCheck(
  { layout, timeframe }: PagesProbe,
  tier: PagesTier,
  check: MakeCheck,
  series: Series,
  longMs: number,
): Check {
  const step = stepOf(timeframe);
  const range = (now: number): Range => ({
    start: floorTo(now - longMs, step),
    end: floorTo(now, step),
  });
  const side = tier.direction === 'forward' ? 'oldest' : 'newest';
  return check(
    'page',
    `a range with more than ${tier.pageRows} rows gives its ${side} ${tier.pageRows}`,
    (answer, now) =>
      judgePage(readRows(answer, layout), layout, { ...range(now), rows: tier.pageRows, side }),
    (now) => [tier.request(series, range(now))],
  );
}

/** The venue forgets, and refuses what is older: just within that, it still answers. */
function reachCheck(
  { layout, timeframe }: PagesProbe,
  tier: PagesTier,
  check: MakeCheck,
  series: Series,
  reachMs: number,
): Check {
  const step = stepOf(timeframe);
  return check(
    'reach',
    `rows of ${Math.round(reachMs / DAY)} days ago are there`,
    (answer) => {
      const rows = readRows(answer, layout);
      return judged([], `${rows.length} rows`);
    },
    (now) => {
      const start = ceilTo(now - reachMs, step);
      return [tier.request(series, { start, end: start + 12 * step })];
    },
  );
}

function headerCheck(tier: PagesTier, series: Series, check: MakeCheck): Check {
  const { family } = tier.request(series, { start: 0, end: DAY });
  const name = family?.usedHeader;
  return check(
    'limit-header',
    name ? `answers count the budget in ${name}` : 'answers have no header that counts the budget',
    (answer) => judgeLimitHeader(answer, name),
  );
}

function listingCheck({ venue, source }: PagesProbe, series: Series, newestWithinMs: number): Check {
  const { listing } = source;
  if (!('first' in listing)) throw malformed(source.id, 'its listing is not looked up.');
  return {
    id: `${venue}/${source.id}/listing`,
    venue,
    proves: 'first row, newest row and state of a symbol can be looked up',
    sources: [source.id],
    requests: () => [listing.first(series), listing.last(series), listing.status(series)],
    judge: (answers, now) => judgeListing(listing, series, answers, now, newestWithinMs),
  };
}
