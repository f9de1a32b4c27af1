import type { ArchiveTier, Source } from '../../core/series/source.ts';
import { type Period, periodAt } from '../../core/time/period.ts';
import { DAY } from '../../core/time/time.ts';
import type { Timeframe } from '../../core/time/timeframe.ts';
import { TRADE_FIELDS } from '../binance/trades/trade-rows.ts';
import { trades_perp } from '../trades/trades_perp.ts';
import { trades_spot } from '../trades/trades_spot.ts';
import type { Unit } from './wire.ts';

export const VENUE = 'binance-archive';

/** Files come out late now and then. */
const LATE = 2 * DAY;

/** The newest file that has to be there. */
export function newestPeriod(tier: ArchiveTier, now: number): Period {
  let period = periodAt(tier.unit, now);
  while (tier.publishedAt(period) + LATE > now) period = periodAt(tier.unit, period.start - 1);
  return period;
}

/** What is expected of a file. */
export interface FileFacts {
  readonly name: string;
  readonly source: Source;
  readonly timeframe: Timeframe;
  readonly unit: 'day' | 'month';
  /** defaults to `SYMBOL` */
  readonly symbol?: string;
  /** a day of the period; absent: the newest file */
  readonly day?: number;
  readonly header: 'with a header' | 'without a header';
  readonly columns: readonly string[] | number;
  readonly stamps: Unit;
  /** place of the stamp in a row; defaults to the first */
  readonly stampColumn?: number;
  /** absent: some */
  readonly rows?: number;
}

const TRADE_TIME = TRADE_FIELDS.indexOf('transact_time');

export const TRADE_FILES: readonly FileFacts[] = [
  {
    name: 'trades-spot-newest',
    source: trades_spot,
    // A busy one has a hundred megabytes a day.
    symbol: 'ETHBTC',
    timeframe: '1m',
    unit: 'day',
    header: 'without a header',
    columns: 8,
    stamps: 'microseconds',
    stampColumn: TRADE_TIME,
  },
  {
    name: 'trades-perpetual-newest',
    source: trades_perp,
    symbol: 'LTCUSDT',
    timeframe: '1m',
    unit: 'day',
    header: 'with a header',
    columns: TRADE_FIELDS,
    stamps: 'milliseconds',
    stampColumn: TRADE_TIME,
  },
];
