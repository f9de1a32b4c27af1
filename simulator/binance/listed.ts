import type { VenueContext } from '../frame/module.ts';
import { type Contract, contractsIn, type Market } from '../market/contracts.ts';

/** `on`: the lists have the perpetuals about shares and metals too. */
export const TRADFI_SWITCH = 'binance-tradfi';
/** So many invented symbols more in the lists. */
export const FILLERS_SWITCH = 'binance-fillers';

/** The contracts that a market's lists may have, by the switches. */
export const listedIn = ({ switches }: VenueContext, market: Market): readonly Contract[] =>
  contractsIn(market, {
    tradfi: switches.get(TRADFI_SWITCH) === 'on',
    fillers: Number(switches.get(FILLERS_SWITCH) ?? 0),
  });
