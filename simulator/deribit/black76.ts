const YEAR_MS = 365 * 24 * 3600 * 1000;

export interface Terms {
  readonly call: boolean;
  /** price of the future that the option is on, US dollars */
  readonly forward: number;
  readonly strike: number;
  /** ms until the expiry */
  readonly left: number;
  /** percent a year */
  readonly iv: number;
}

export interface Valued {
  /** US dollars */
  readonly price: number;
  readonly delta: number;
  /** per dollar */
  readonly gamma: number;
  /** dollars for one percent of volatility */
  readonly vega: number;
  /** dollars for one day */
  readonly theta: number;
  /** dollars for one percent of interest */
  readonly rho: number;
}

/** Black's formula for an option on a future, with no interest, as the venue computes marks and greeks. */
export function black76({ call, forward, strike, left, iv }: Terms): Valued {
  const years = Math.max(left, 1) / YEAR_MS;
  const sigma = iv / 100;
  const root = Math.sqrt(years);
  const d1 = Math.log(forward / strike) / (sigma * root) + (sigma * root) / 2;
  const d2 = d1 - sigma * root;
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI);
  const sign = call ? 1 : -1;
  return {
    price: sign * (forward * normal(sign * d1) - strike * normal(sign * d2)),
    delta: sign * normal(sign * d1),
    gamma: density / (forward * sigma * root),
    vega: (forward * density * root) / 100,
    theta: (-forward * density * sigma) / (2 * root) / 365,
    rho: (sign * strike * years * normal(sign * d2)) / 100,
  };
}

/** Distribution function of the standard normal; absolute error under 1e-7 (Abramowitz and Stegun 26.2.17). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - tail : tail;
}
