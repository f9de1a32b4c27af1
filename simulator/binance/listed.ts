import type { VenueContext } from '../frame/module.ts';
import { type Contract, contractsIn, type Market } from '../market/contracts.ts';

/** `on`: the lists have the perpetuals about shares and metals too. */
export const TRADFI_SWITCH = 'binance-tradfi';
/** How many invented symbols the lists have besides. */
export const FILLERS_SWITCH = 'binance-fillers';

/** The contracts that a market's lists may have, by the switches. */
export const listedIn = ({ switches }: VenueContext, market: Market): readonly Contract[] =>
  contractsIn(market, {
    tradfi: switches.get(TRADFI_SWITCH) === 'on',
    fillers: Number(switches.get(FILLERS_SWITCH) ?? 0),
  });

/** The types of orders on futures, as each symbol of both hosts lists them. */
export const ORDER_TYPES = [
  'LIMIT',
  'MARKET',
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] as const;
