import { MINUTE } from '../../functions/core/time/time.ts';
import { GRACE } from '../binance/budget.ts';
import type { LimitSpec } from '../frame/limiter.ts';

export interface Family extends LimitSpec {
  /** whether answers carry the used weight */
  readonly shown: boolean;
  /** what is counted; the two have texts of their own when it is too much */
  readonly unit: 'weight' | 'requests';
  /** calls over the limit in one window before a ban */
  readonly grace: number;
}

/** The three budgets of the futures host; only the first shows itself in headers, the last one bans at once. */
export const FAMILIES = {
  weight: { id: 'binance-usdm', limit: 2400, windowMs: MINUTE, shown: true, unit: 'weight', grace: GRACE },
  funding: {
    id: 'binance-usdm-funding',
    limit: 500,
    windowMs: 5 * MINUTE,
    shown: false,
    unit: 'requests',
    grace: GRACE,
  },
  data: {
    id: 'binance-usdm-data',
    limit: 1000,
    windowMs: 5 * MINUTE,
    shown: false,
    unit: 'requests',
    grace: 0,
  },
} as const satisfies Record<string, Family>;
