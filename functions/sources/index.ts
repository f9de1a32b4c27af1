import type { Sources } from '../core/series/source.ts';
import { price_klines } from './candles/price_klines.ts';
import { funding_binance } from './funding/funding_binance.ts';
import { funding_binance_coinm } from './funding/funding_binance_coinm.ts';
import { funding_bybit } from './funding/funding_bybit.ts';
import { funding_hyperliquid } from './funding/funding_hyperliquid.ts';
import { gex_deribit } from './gex/gex_deribit.ts';
import { index_price_klines } from './klines/index_price_klines.ts';
import { klines_bybit_linear, klines_bybit_spot } from './klines/klines_bybit.ts';
import { klines_coinm } from './klines/klines_coinm.ts';
import { klines_hyperliquid_perp, klines_hyperliquid_spot } from './klines/klines_hyperliquid.ts';
import { klines_okx_spot, klines_okx_swap } from './klines/klines_okx.ts';
import { klines_perp } from './klines/klines_perp.ts';
import { klines_spot } from './klines/klines_spot.ts';
import { mark_price_klines } from './klines/mark_price_klines.ts';
import { mark_price_klines_coinm } from './klines/mark_price_klines_coinm.ts';
import { premium_index_klines } from './klines/premium_index_klines.ts';
import { macro_fred } from './macro/macro_fred.ts';
import { ratio_bybit_accounts } from './metrics/ratio_bybit_accounts.ts';
import {
  ratio_global_accounts,
  ratio_taker_volume,
  ratio_top_accounts,
  ratio_top_positions,
} from './metrics/ratios_binance.ts';
import { open_interest_binance } from './open_interest/open_interest_binance.ts';
import { open_interest_binance_coinm } from './open_interest/open_interest_binance_coinm.ts';
import { open_interest_bybit } from './open_interest/open_interest_bybit.ts';
import { dvol_deribit } from './options/dvol_deribit.ts';
import { option_quotes_bybit } from './options/option_quotes_bybit.ts';
import { option_quotes_deribit } from './options/option_quotes_deribit.ts';
import { option_quotes_tardis } from './options/option_quotes_tardis.ts';
import { option_trades_deribit } from './options/option_trades_deribit.ts';
import { btc_market_cap } from './sentiment/btc_market_cap.ts';
import { fear_greed } from './sentiment/fear_greed.ts';
import { stablecoin_supply } from './sentiment/stablecoin_supply.ts';
import { trades_perp } from './trades/trades_perp.ts';
import { trades_spot } from './trades/trades_spot.ts';

const registry = {
  klines_spot,
  klines_perp,
  price_klines,
  fear_greed,
  stablecoin_supply,
  btc_market_cap,
  macro_fred,
  gex_deribit,
  funding_binance,
  funding_bybit,
  open_interest_binance,
  open_interest_bybit,
  ratio_top_accounts,
  ratio_top_positions,
  ratio_global_accounts,
  ratio_taker_volume,
  dvol_deribit,
  option_quotes_deribit,
  option_quotes_bybit,
  klines_bybit_spot,
  klines_bybit_linear,
  klines_okx_spot,
  klines_okx_swap,
  ratio_bybit_accounts,
  klines_hyperliquid_perp,
  klines_hyperliquid_spot,
  funding_hyperliquid,
  mark_price_klines,
  index_price_klines,
  premium_index_klines,
  klines_coinm,
  funding_binance_coinm,
  open_interest_binance_coinm,
  option_trades_deribit,
  trades_spot,
  trades_perp,
  option_quotes_tardis,
  mark_price_klines_coinm,
} as const satisfies Sources;

/** Every source, by its id. A new one is its file and one line above. */
export const sources: Sources = registry;
