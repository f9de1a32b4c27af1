export interface OptionTerms {
  /** of what the option is on: the spot price or, with `carry` 0, that of a future */
  readonly price: number;
  readonly strike: number;
  /** until the expiry */
  readonly years: number;
  /** volatility a year, 0.55 for 55 % */
  readonly sigma: number;
  /** interest a year, continuously compounded; defaults to 0 */
  readonly rate?: number;
  /**
   * what holding the underlying costs a year, continuously compounded: `rate` for a share (Black and Scholes 1973), 0 for
   * a future (Black 1976), which is the default
   */
  readonly carry?: number;
}

/**
 * Gamma of a European option, call and put alike: how much its delta changes for one unit of price. Undefined where
 * nothing is left of the option, or of its volatility.
 * @returns per unit of price; undefined for terms without a gamma
 */
export function optionGamma({
  price,
  strike,
  years,
  sigma,
  rate = 0,
  carry = 0,
}: OptionTerms): number | undefined {
  if (!(price > 0 && strike > 0 && years > 0 && sigma > 0)) return undefined;
  const deviation = sigma * Math.sqrt(years);
  const d1 = (Math.log(price / strike) + (carry + sigma ** 2 / 2) * years) / deviation;
  const density = Math.exp(-(d1 ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return (density * Math.exp((carry - rate) * years)) / (price * deviation);
}
