import { MINUTE } from '../../../functions/core/time.ts';
import type { LimitSpec } from '../frame/limiter.ts';

export interface Family extends LimitSpec {
  /** whether answers carry the used weight */
  readonly shown: boolean;
  readonly unit: 'request weight' | 'requests';
}

/** The three budgets of the futures host; only the first shows itself in headers. */
export const FAMILIES = {
  weight: { id: 'binance-usdm', limit: 2400, windowMs: MINUTE, shown: true, unit: 'request weight' },
  funding: { id: 'binance-usdm-funding', limit: 500, windowMs: 5 * MINUTE, shown: false, unit: 'requests' },
  data: { id: 'binance-usdm-data', limit: 1000, windowMs: 5 * MINUTE, shown: false, unit: 'requests' },
} as const satisfies Record<string, Family>;

export const limitTextOf = ({ unit, windowMs }: Family, limit: number): string =>
  `${limit} ${unit} per ${windowMs / MINUTE} MINUTE`;
