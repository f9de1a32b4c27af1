import type { Check } from '../../core/probe/check.ts';
import { coinmChecks } from '../binance/coinm-checks.ts';
import { hyperliquidChecks } from '../hyperliquid/probe.ts';
import { okxChecks } from '../okx/probe.ts';
import { tardisChecks } from '../tardis/probe.ts';
import { archiveChecks } from './archive.ts';
import { spotChecks, usdmChecks } from './binance.ts';
import { bybitChecks } from './bybit.ts';
import { bybitOptionChecks } from './bybit-options.ts';
import { dailyChecks } from './daily.ts';
import { deribitChecks } from './deribit.ts';

/** All that adapters and simulator take for granted about the venues, one venue after the other. */
export const checks: readonly Check[] = [
  ...archiveChecks,
  ...spotChecks,
  ...usdmChecks,
  ...bybitChecks,
  ...deribitChecks,
  ...bybitOptionChecks,
  ...dailyChecks,
  ...coinmChecks,
  ...okxChecks,
  ...hyperliquidChecks,
  ...tardisChecks,
];

/** The words of `--venue`. */
export const probedVenues: readonly string[] = [...new Set(checks.map(({ venue }) => venue))];
