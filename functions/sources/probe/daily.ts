import { type Check, judged } from '../../core/probe/check.ts';
import type { PagesTier, Source } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY } from '../../core/time/time.ts';
import { macro_fred } from '../macro/macro_fred.ts';
import { btc_market_cap } from '../sentiment/btc_market_cap.ts';
import { fear_greed } from '../sentiment/fear_greed.ts';
import { stablecoin_supply } from '../sentiment/stablecoin_supply.ts';
import { judgeOrder, judgeShape, judgeUnit, type Layout, readRows } from './answers.ts';
import { chartRequest } from './blockchain-info.ts';
import { clockCheck } from './clocks.ts';
import { pageChecks } from './pages.ts';
import { readCell, readInstant } from './wire.ts';

/** A request of a source about the day before, as the other checks send it. */
const recent = (source: Source, symbol: string, now: number): HttpRequest => {
  const [tier] = source.tiers as readonly [PagesTier];
  const end = Math.floor(now / DAY) * DAY;
  const range = { start: end - 90 * DAY, end };
  const series = { source: source.id, symbol, timeframe: '1d' as const };
  return tier.parts?.requests(series, range, now).at(-1) ?? tier.request(series, range);
};

const days = (venue: string, source: Source, symbol: string, layout: Layout, newest?: number): Check[] => [
  ...pageChecks({
    venue,
    source,
    symbol,
    timeframe: '1d',
    layout,
    recentMs: 90 * DAY,
    counted: false,
    ...(newest !== undefined && { newestWithinMs: newest }),
  }),
  clockCheck(venue, [source.id], (now) => recent(source, symbol, now)),
];

const fredChecks: readonly Check[] = days(
  'fred',
  macro_fred,
  'DFF',
  {
    path: ['observations'],
    fields: ['realtime_start', 'realtime_end', 'date', 'value'],
    stamp: 'date',
    unit: 'days',
    type: 'text',
    order: 'oldest',
  },
  30 * DAY,
);

const coinMetricsChecks: readonly Check[] = days(
  'coinmetrics',
  btc_market_cap,
  'BTC',
  {
    path: ['data'],
    fields: ['asset', 'time', 'CapMrktCurUSD'],
    stamp: 'time',
    unit: 'ISO instants',
    type: 'text',
    order: 'oldest',
  },
  7 * DAY,
);

const defillamaChecks: readonly Check[] = days(
  'defillama',
  stablecoin_supply,
  'ALL',
  {
    path: [],
    fields: ['date', 'totalCirculating', 'totalCirculatingUSD'],
    optional: ['totalUnreleased', 'totalMintedUSD', 'totalBridgedToUSD'],
    stamp: 'date',
    unit: 'seconds',
    type: 'text',
    order: 'oldest',
  },
  7 * DAY,
);

const FNG: Layout = {
  path: ['data'],
  fields: ['value', 'value_classification', 'timestamp'],
  optional: ['time_until_update'],
  stamp: 'timestamp',
  unit: 'seconds',
  type: 'text',
  order: 'newest',
};
const FNG_BEGAN = Date.UTC(2018, 1, 1);

const alternativeMeChecks: readonly Check[] = [
  ...days('alternative-me', fear_greed, 'FNG', FNG),
  {
    id: 'alternative-me/fear_greed/whole',
    venue: 'alternative-me',
    proves: 'one answer has all days since February 2018',
    sources: [fear_greed.id],
    requests: (now) => [recent(fear_greed, 'FNG', now)],
    judge([answer]) {
      const times = readRows(answer, FNG).map((row) => readInstant(readCell(row, FNG.stamp)));
      const first = Math.min(...times);
      const named = Number.isFinite(first) ? new Date(first).toISOString().slice(0, 10) : 'no day';
      return judged(
        [!(first <= FNG_BEGAN + DAY) && `the first day is ${named}, not 2018-02-01`],
        `${times.length} days since ${named}`,
      );
    },
  },
];

/** No adapter reads these charts: they are in the simulator, and the only other free market cap. */
const BLOCKCHAIN: Layout = {
  path: ['values'],
  fields: ['x', 'y'],
  stamp: 'x',
  unit: 'seconds',
  type: 'number',
  order: 'oldest',
};
const chart = { venue: 'blockchain-info', sources: [], requests: () => [chartRequest] } as const;

const blockchainInfoChecks: readonly Check[] = [
  {
    ...chart,
    id: 'blockchain-info/market-cap/shape',
    proves: 'points of the chart are x and y',
    judge: ([answer]) => {
      const rows = readRows(answer, BLOCKCHAIN);
      const times = Float64Array.from(rows, (row) => readInstant(readCell(row, 'x')));
      return judgeShape(rows, BLOCKCHAIN, () => ({
        batch: { length: rows.length, times, columns: [] },
        findings: [],
      }));
    },
  },
  {
    ...chart,
    id: 'blockchain-info/market-cap/unit',
    proves: 'x is seconds as number',
    judge: ([answer]) => judgeUnit(readRows(answer, BLOCKCHAIN), BLOCKCHAIN),
  },
  {
    ...chart,
    id: 'blockchain-info/market-cap/order',
    proves: 'points come oldest first',
    judge: ([answer]) => judgeOrder(readRows(answer, BLOCKCHAIN), BLOCKCHAIN),
  },
  clockCheck('blockchain-info', [], () => chartRequest),
];

export const dailyChecks: readonly Check[] = [
  ...fredChecks,
  ...defillamaChecks,
  ...alternativeMeChecks,
  ...coinMetricsChecks,
  ...blockchainInfoChecks,
];
