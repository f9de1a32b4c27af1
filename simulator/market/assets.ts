/** What moves a simulated price: US dollars at the start of 2020, yearly drift (log), daily volatility. */
export interface Asset {
  readonly price2020: number;
  readonly drift: number;
  readonly dailyVolatility: number;
  /** traded per minute on spot, US dollars */
  readonly dollarsPerMinute: number;
}

const asset = (
  price2020: number,
  drift: number,
  dailyVolatility: number,
  dollarsPerMinute: number,
): Asset => ({
  price2020,
  drift,
  dailyVolatility,
  dollarsPerMinute,
});

export const ASSETS: Readonly<Record<string, Asset>> = {
  BTC: asset(8_000, 0.42, 0.025, 400_000),
  ETH: asset(160, 0.5, 0.032, 250_000),
  SOL: asset(6, 0.52, 0.042, 90_000),
  BNB: asset(20, 0.58, 0.03, 60_000),
  XRP: asset(0.3, 0.33, 0.035, 70_000),
  ADA: asset(0.08, 0.35, 0.037, 30_000),
  DOGE: asset(0.01, 0.5, 0.043, 50_000),
  AVAX: asset(6, 0.25, 0.042, 20_000),
  LINK: asset(3, 0.28, 0.037, 20_000),
  LTC: asset(50, 0.12, 0.033, 15_000),
  SHIB: asset(0.000_012, 0.03, 0.045, 25_000),
  币安人生: asset(0.05, 0.3, 0.06, 8_000),
  XAU: asset(1_500, 0.15, 0.01, 3_000),
  TSLA: asset(30, 0.4, 0.03, 2_000),
  // Not real: the life of a symbol in all its phases.
  NEW: asset(1.2, 0.02, 0.05, 9_000),
  OLD: asset(0.9, -0.1, 0.05, 4_000),
  BACK: asset(2, 0.1, 0.04, 4_000),
  REUSED: asset(4, 0.1, 0.05, 4_000),
  GONE: asset(1, 0.05, 0.05, 4_000),
  FROZEN: asset(2, 0.05, 0.04, 2_000),
  LEAVING: asset(1, 0.05, 0.05, 4_000),
  PAUSED: asset(5, 0.05, 0.04, 4_000),
  AGAIN: asset(2, 0.05, 0.05, 4_000),
  BRIEF: asset(1, 0.05, 0.05, 4_000),
  QUIET: asset(3, 0.05, 0.03, 40),
};

export function assetOf(name: string): Asset {
  const asset = ASSETS[name];
  if (!asset) throw new RangeError(`no simulated asset ${name}: add it to assets.ts`);
  return asset;
}
