import type { Period } from '../../../functions/core/time/period.ts';
import { DAY, floorTo } from '../../../functions/core/time/time.ts';
import { isTimeframe, stepOf } from '../../../functions/core/time/timeframe.ts';
import { LABELS_MOVED } from '../../../functions/sources/binance/metrics/metric-labels.ts';
import { invalid } from '../../../simulator/binance/errors.ts';
import { type Label, METRICS_HEADER, metricsLine } from '../../../simulator/binance-archive/futures-csv.ts';
import { type Readings, STATISTICS } from '../../../simulator/binance-usdm/statistics.ts';
import { ofKind, type Place, type VenueFault } from '../../faults/fault.ts';
import { keyOf, type Listed } from '../market/book.ts';
import { type Row, type Rowset, SLOT } from '../market/content.ts';
import { contractOf } from './contracts.ts';
import { type Stock, UNREADABLE } from './klines.ts';

/** The API keeps thirty days. */
export const HISTORY = 30 * DAY;

/** By the names of their routes: the columns of each in a file, from 0, and whether it is a volume. */
export const ROUTES: Readonly<
  Record<string, { readonly columns: readonly number[]; readonly isVolume?: true }>
> = {
  openInterestHist: { columns: [2, 3] },
  topLongShortAccountRatio: { columns: [4] },
  topLongShortPositionRatio: { columns: [5] },
  globalLongShortAccountRatio: { columns: [6] },
  takerlongshortRatio: { columns: [7], isVolume: true },
};

export const metricsSet = (listed: Listed): Rowset => ({ listed, dataset: 'metrics', step: SLOT });

/** The first label of a day's file, and how much later than a label its reading is; ms. */
interface Layout {
  readonly first: number;
  readonly late: number;
}

function layoutOf(listed: Listed, faults: readonly VenueFault[], day: number): Layout {
  const shift = ofKind(faults, 'label-shift').findLast(
    ({ symbol, at }) => symbol === listed.symbol && at <= day,
  );
  const usual = day < LABELS_MOVED ? 'ends' : 'moved';
  const layout = shift?.labels ?? usual;
  return { first: layout === 'ends' ? day + SLOT : day, late: layout === 'moved' ? SLOT : 0 };
}

/** How the labels of a day's file are written, and what they stand for. */
export function labelsOf(listed: Listed, faults: readonly VenueFault[], day: number): Label[] {
  const { first, late } = layoutOf(listed, faults, day);
  return Array.from({ length: DAY / SLOT }, (_, slot) => {
    const label = first + slot * SLOT;
    return { label, at: label + late };
  });
}

/** The days whose files hold an instant, with its label in each. */
export function daysWith(
  listed: Listed,
  faults: readonly VenueFault[],
  t: number,
): { readonly day: number; readonly label: number }[] {
  if (t % SLOT !== 0) return [];
  const today = floorTo(t, DAY);
  return [today - DAY, today].flatMap((day) => {
    const { first, late } = layoutOf(listed, faults, day);
    const label = t - late;
    return first <= label && label < first + DAY ? [{ day, label }] : [];
  });
}

/** The numbers of a row. */
export function readingsOf({ values }: Stock, { of, edition }: Row): Readings {
  return {
    openInterest: (_, at) => values.openInterest(of, at, edition),
    supply: () => 1,
    longShare: (_, crowd, at) => values.longShare(of, crowd, at, edition),
    // A volume is named by the beginning of its slot there, and by its end here.
    takerVolume: (_, at, step) => values.takerVolume(of, at + step, edition),
  };
}

export function metricsFile(
  stock: Stock,
  listed: Listed,
  place: Place,
  period: Period,
  now: number,
): Uint8Array {
  const contract = contractOf(listed, now);
  const set = metricsSet(listed);
  const lines = labelsOf(listed, stock.content.faults, period.start).flatMap((label) => {
    const row = stock.content.row(set, place, label.at, now);
    if (!row) return [];
    const line = metricsLine(readingsOf(stock, row), contract, label);
    if (row.bad.length === 0) return [line];
    const cells = line.split(',');
    for (const column of row.bad) cells[column] = UNREADABLE;
    return [cells.join(',')];
  });
  return lines.length === 0 ? new Uint8Array() : Buffer.from(`${[METRICS_HEADER, ...lines].join('\n')}\n`);
}

export interface StatisticsQuery {
  readonly route: string;
  readonly symbol: string;
  readonly period: string;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly limit: number;
}

/** A page of one of the statistics: the newest rows of a range. @throws BinanceRefusal beyond what is kept */
export function statisticsPage(
  stock: Stock,
  { route, symbol, period, start, end, limit }: StatisticsQuery,
  now: number,
): unknown[] {
  const wall = wallAt(stock.content.faults, now);
  if (!isTimeframe(period)) throw invalid('period');
  if (start !== undefined && start <= wall) throw invalid('startTime');
  if (start !== undefined && end !== undefined && start > end) throw invalid('endTime');
  const listed = stock.content.book.get(keyOf({ market: 'um', symbol }));
  if (!listed) return [];
  const { isVolume, columns } = ROUTES[route]!;
  const step = stepOf(period);
  const late = isVolume ? step : 0;
  const contract = contractOf(listed, now);
  const rows: unknown[] = [];
  const oldest = Math.max(start ?? 0, wall + 1, listed.lives[0]!.start);
  const newest = Math.min(end ?? now, now - late);
  const statistic = STATISTICS[route]!;
  for (let stamp = Math.floor(newest / step) * step; stamp >= oldest && rows.length < limit; stamp -= step) {
    const row = stock.content.row(metricsSet(listed), 'rest', stamp + late, now);
    if (!row) continue;
    const cells = statistic.row(readingsOf(stock, row), contract, stamp, step, 1) as Record<string, unknown>;
    if (row.bad.some((column) => columns.includes(column))) cells[FIELD[route]!] = UNREADABLE;
    rows.unshift(cells);
  }
  return rows;
}

const FIELD: Readonly<Record<string, string>> = {
  openInterestHist: 'sumOpenInterest',
  topLongShortAccountRatio: 'longShortRatio',
  topLongShortPositionRatio: 'longShortRatio',
  globalLongShortAccountRatio: 'longShortRatio',
  takerlongshortRatio: 'buySellRatio',
};

/** What is stamped then or before is refused; epoch ms. */
export function wallAt(faults: readonly VenueFault[], now: number): number {
  const shorter = ofKind(faults, 'rest-reach').filter(({ at, until }) => at <= now && now < until);
  return now - Math.min(HISTORY, ...shorter.map(({ reachMs }) => reachMs));
}
