import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import type { Readings } from '../binance-usdm/statistics.ts';
import type { VenueContext } from '../frame/module.ts';
import type { Contract } from '../market/contracts.ts';
import { frozenSettlements, type Settlement, settlements } from '../market/funding.ts';
import { marketOf } from '../market/market.ts';
import { type Crowd, Positioning } from '../market/positioning.ts';
import { decimal } from '../numbers/decimal.ts';
import { soil } from './dirt.ts';
import type { ArchiveObject } from './keys.ts';
import { lifeOf } from './publication.ts';

const METRICS_STEP = 5 * MINUTE;
export const METRICS_HEADER =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
  'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';

/** Monthly funding file: the stamp as REST has it, the interval that REST does not report, no mark price. */
export const FUNDING_HEADER = 'calc_time,funding_interval_hours,last_funding_rate';

export const fundingLine = ({ time, intervalHours, rate }: Omit<Settlement, 'due'>): string =>
  `${time},${intervalHours},${decimal(rate, 8)}`;

export function fundingCsv(context: VenueContext, contract: Contract, { period }: ArchiveObject): Uint8Array {
  const rows = [
    ...settlements(context.seed, contract, period.start, period.end),
    ...frozenSettlements(contract, period.start, period.end),
  ];
  const lines = rows.map(fundingLine);
  return Buffer.from(`${[FUNDING_HEADER, ...lines].join('\n')}\n`);
}

/** From the file of this day on labels are the beginnings of their slots. */
const LABELS_MOVED = Date.UTC(2026, 5, 25);

export interface Label {
  /** what is written */
  readonly label: number;
  /** the instant of the readings, and the end of the taker volume's slot */
  readonly at: number;
}

/**
 * The labels of a day, with what they stand for. Switches: `metrics-labels` = `starts` has every file at 00:00 … 23:55, as
 * COIN-M's always were; `metrics-values` = `kept` moves the labels of 2026-06-25 and leaves their meaning.
 */
export function metricLabels({ switches }: Pick<VenueContext, 'switches'>, day: number): Label[] {
  const moved = day >= LABELS_MOVED;
  const starts = moved || switches.get('metrics-labels') === 'starts';
  const late = moved && switches.get('metrics-values') !== 'kept' ? METRICS_STEP : 0;
  const first = starts ? day : day + METRICS_STEP;
  return Array.from({ length: DAY / METRICS_STEP }, (_, slot) => {
    const label = first + slot * METRICS_STEP;
    return { label, at: label + late };
  });
}

/** COIN-M's labels were the beginnings of their slots all along. */
const beginnings = (day: number): Label[] =>
  Array.from({ length: DAY / METRICS_STEP }, (_, slot) => {
    const label = day + slot * METRICS_STEP;
    return { label, at: label + METRICS_STEP };
  });

/** What the content of a metrics file depends on beside its name; empty for the usual ones. */
export const metricsStyle = ({ switches }: Pick<VenueContext, 'switches'>): string =>
  ['metrics-labels', 'metrics-values']
    .map((name) => switches.get(name) ?? '')
    .join(' ')
    .trim();

/** One row of a metrics file. */
export function metricsLine(p: Readings, contract: Contract, { label, at }: Label): string {
  const { lots, value } = p.openInterest(contract, at);
  const inCoin = contract.contractSize !== undefined;
  const { bought, sold } = p.takerVolume(contract, at - METRICS_STEP, METRICS_STEP);
  const ratio = (crowd: Crowd): string => {
    const long = p.longShare(contract, crowd, at);
    return (long / (10_000 - long)).toFixed(8);
  };
  return [
    new Date(label).toISOString().slice(0, 19).replace('T', ' '),
    contract.symbol,
    decimal(lots, contract.digits.lot, 16),
    decimal(value, inCoin ? 8 : 4, 16),
    // Files of COIN-M leave the ratios empty.
    ...(['topAccounts', 'topPositions', 'allAccounts'] as const).map((crowd) => (inCoin ? '' : ratio(crowd))),
    (sold === 0 ? 0 : bought / sold).toFixed(8),
  ].join(',');
}

/** Daily metrics file: the same numbers as `/futures/data/*` at 5 minutes, and on some days the known dirt. */
export function metricsCsv(context: VenueContext, contract: Contract, object: ArchiveObject): Uint8Array {
  const p = context.shared('positioning', () => new Positioning(context.seed, marketOf(context)));
  const life = lifeOf(object) ?? { start: Infinity, end: 0 };
  const lines: string[] = [];
  const { market, period } = object;
  const labels = market === 'cm' ? beginnings(period.start) : metricLabels(context, period.start);
  for (const { label, at } of labels) {
    if (at < life.start || at >= life.end) continue;
    lines.push(metricsLine(p, contract, { label, at }));
  }
  return Buffer.from(`${[METRICS_HEADER, ...soil(lines, object)].join('\n')}\n`);
}
