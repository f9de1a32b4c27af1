import { DAY } from '../../core/time/time.ts';

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

/** For an option on one unit of the underlying. */
export interface Greeks {
  /** change of the value for one unit of price: 0 to 1 of a call, -1 to 0 of a put */
  readonly delta: number;
  /** change of delta for one unit of price */
  readonly gamma: number;
  /** change of the value for one percentage point of volatility */
  readonly vega: number;
  /** change of the value in one day */
  readonly theta: number;
}

const DAYS_A_YEAR = 365;
/** The year in which both venues count what is left of an option; ms */
export const YEAR_MS = DAYS_A_YEAR * DAY;

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
  return (density(d1) * Math.exp((carry - rate) * years)) / (price * deviation);
}

/** @returns in the unit of `price`; undefined for terms without a gamma */
export function optionGreeks(terms: OptionTerms, side: 'call' | 'put'): Greeks | undefined {
  const gamma = optionGamma(terms);
  if (gamma === undefined) return undefined;
  const { price, strike, years, sigma, rate = 0, carry = 0 } = terms;
  const root = Math.sqrt(years);
  const deviation = sigma * root;
  const d1 = (Math.log(price / strike) + (carry + sigma ** 2 / 2) * years) / deviation;
  const sign = side === 'call' ? 1 : -1;
  const forward = Math.exp((carry - rate) * years);
  const delta = sign * forward * normal(sign * d1);
  const paid = rate * strike * Math.exp(-rate * years) * normal(sign * (d1 - deviation));
  const decay = (-price * forward * density(d1) * sigma) / (2 * root);
  return {
    delta,
    gamma,
    vega: (price * forward * density(d1) * root) / 100,
    theta: (decay - (carry - rate) * price * delta - sign * paid) / DAYS_A_YEAR,
  };
}

const density = (x: number): number => Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);

/** From here on the tail is a continued fraction. */
const FAR = 7.07106781186547;
const ABOVE = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const BELOW = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, one) => sum * x + one, 0);

/** Distribution function of the standard normal, to double precision: Hart's algorithm as West has it (Wilmott, 2005). */
export function normal(x: number): number {
  const far = Math.abs(x);
  const bell = Math.exp(-(far ** 2) / 2);
  const tail =
    far < FAR
      ? (bell * polynomial(ABOVE, far)) / polynomial(BELOW, far)
      : bell / (far + 1 / (far + 2 / (far + 3 / (far + 4 / (far + 0.65))))) / 2.506628274631;
  return x > 0 ? 1 - tail : tail;
}
