import { restRefusal } from '../binance/errors.ts';
import { futuresAnswer } from '../binance/futures-host.ts';
import { allKlines } from '../binance/klines.ts';
import { FAMILIES } from '../binance-usdm/families.ts';
import type { VenueModule } from '../frame/module.ts';
import type { Computed } from '../market/contracts.ts';
import { ROUTES } from './routes.ts';

const PREFIX = '/binance-coinm';

/** Markets of this host, and what is computed in them. */
const TRUTHS: ReadonlyMap<string, Computed | undefined> = new Map([
  ['cm', undefined],
  ['cm-mark', 'mark'],
]);

/** Its limits are declared by the module of USD-M: the two hosts share them. */
export const binanceCoinm: VenueModule = {
  id: 'binance-coinm',
  prefix: PREFIX,
  env: 'GORDON_BINANCE_COINM_URL',
  open: (context) => (request) => futuresAnswer(PREFIX, ROUTES, context, request),
  refusal: restRefusal(FAMILIES.weight.limit),
  truth: (query, context) =>
    TRUTHS.has(query.market) ? allKlines(context, 'cm', query, TRUTHS.get(query.market)) : undefined,
};
