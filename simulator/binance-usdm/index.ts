import { restRefusal } from '../binance/errors.ts';
import { futuresAnswer } from '../binance/futures-host.ts';
import { allKlines } from '../binance/klines.ts';
import type { VenueModule } from '../frame/module.ts';
import type { Computed } from '../market/contracts.ts';
import { FAMILIES } from './families.ts';
import { ROUTES } from './routes.ts';

const PREFIX = '/binance-usdm';

/** Markets of this host, and what is computed in them. */
const TRUTHS: ReadonlyMap<string, Computed | undefined> = new Map([
  ['um', undefined],
  ['um-mark', 'mark'],
  ['um-index', 'index'],
  ['um-premium', 'premium'],
]);

export const binanceUsdm: VenueModule = {
  id: 'binance-usdm',
  prefix: PREFIX,
  env: 'GORDON_BINANCE_USDM_URL',
  limits: Object.values(FAMILIES),
  open: (context) => (request) => futuresAnswer(PREFIX, ROUTES, context, request),
  refusal: restRefusal(FAMILIES.weight.limit),
  truth: (query, context) =>
    TRUTHS.has(query.market) ? allKlines(context, 'um', query, TRUTHS.get(query.market)) : undefined,
};
