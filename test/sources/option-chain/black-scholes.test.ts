import { describe, expect, it } from 'vitest';
import { gammaExposure } from '../../../functions/sources/deribit/gamma-exposure.ts';
import { normal, optionGamma, optionGreeks } from '../../../functions/sources/option-chain/black-scholes.ts';

describe('gamma against published values', () => {
  it('Hull, Options, Futures, and Other Derivatives, "The Greek Letters", Gamma: a share, 0.066', () => {
    const share = { price: 49, strike: 50, years: 0.3846, sigma: 0.2, rate: 0.05, carry: 0.05 };
    expect(optionGamma(share)).toBeCloseTo(0.066, 3);
  });

  it('Haug, The Complete Guide to Option Pricing Formulas, "Gamma": a share, 0.0278', () => {
    const share = { price: 55, strike: 60, years: 0.75, sigma: 0.3, rate: 0.1, carry: 0.1 };
    expect(optionGamma(share)).toBeCloseTo(0.0278, 4);
  });
});

describe('gamma on a future', () => {
  const future = { price: 86_500, strike: 90_000, years: 0.0217, sigma: 0.525 };

  /** Black (1976), undiscounted; the distribution function by Simpson's rule, which shares nothing with the formula. */
  const price = (forward: number): number => {
    const { strike, years, sigma } = future;
    const deviation = sigma * Math.sqrt(years);
    const d1 = Math.log(forward / strike) / deviation + deviation / 2;
    return forward * summed(d1) - strike * summed(d1 - deviation);
  };
  const summed = (x: number): number => {
    const [from, steps] = [-12, 20_000];
    const h = (x - from) / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * Math.exp(-((from + i * h) ** 2) / 2);
    }
    return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
  };

  it('is the second derivative of the price', () => {
    const h = 5;
    const bend = (price(future.price + h) - 2 * price(future.price) + price(future.price - h)) / h ** 2;
    expect(optionGamma(future)! / bend).toBeCloseTo(1, 4);
  });

  it.each([-9, -7.5, -3, -0.4, 0, 1e-9, 0.7, 2.5, 6.9])('has the distribution function at %d', (x) => {
    expect(Math.abs(normal(x) - summed(x))).toBeLessThan(1e-12);
  });

  it('is discounted by interest', () => {
    const discounted = optionGamma({ ...future, rate: 0.05 })!;
    expect(discounted / optionGamma(future)!).toBeCloseTo(Math.exp(-0.05 * future.years), 12);
  });

  it.each([
    ['no time', { years: 0 }],
    ['time that has passed', { years: -0.01 }],
    ['no volatility', { sigma: 0 }],
    ['no price', { price: Number.NaN }],
    ['no strike', { strike: 0 }],
  ])('there is none with %s', (_, terms) => {
    expect(optionGamma({ ...future, ...terms })).toBeUndefined();
  });
});

describe('greeks', () => {
  const future = { price: 86_500, strike: 90_000, years: 0.0217, sigma: 0.525, rate: 0.03 };
  type Terms = typeof future;

  /** Black (1976), discounted. */
  const value = (side: 'call' | 'put', change: Partial<Terms> = {}): number => {
    const { price, strike, years, sigma, rate } = { ...future, ...change };
    const deviation = sigma * Math.sqrt(years);
    const d1 = Math.log(price / strike) / deviation + deviation / 2;
    const call = price * normal(d1) - strike * normal(d1 - deviation);
    return Math.exp(-rate * years) * (side === 'call' ? call : call - price + strike);
  };
  const slope = (side: 'call' | 'put', name: keyof Terms, h: number): number =>
    (value(side, { [name]: future[name] + h }) - value(side, { [name]: future[name] - h })) / (2 * h);

  it.each(['call', 'put'] as const)('of a %s are the slopes of its value', (side) => {
    const greeks = optionGreeks(future, side)!;
    expect(greeks.delta / slope(side, 'price', 1)).toBeCloseTo(1, 6);
    expect(greeks.vega / (slope(side, 'sigma', 1e-4) / 100)).toBeCloseTo(1, 5);
    expect(greeks.theta / (-slope(side, 'years', 1e-6) / 365)).toBeCloseTo(1, 5);
    expect(greeks.gamma).toBe(optionGamma(future));
  });

  it('of a share are those of Hull’s example: delta 0.522, theta -4.31 a year, vega 12.1 for 1', () => {
    const share = { price: 49, strike: 50, years: 0.3846, sigma: 0.2, rate: 0.05, carry: 0.05 };
    const { delta, theta, vega } = optionGreeks(share, 'call')!;
    expect(delta).toBeCloseTo(0.522, 3);
    expect(theta * 365).toBeCloseTo(-4.31, 2);
    expect(vega * 100).toBeCloseTo(12.1, 1);
  });

  it('are none without a volatility', () => {
    expect(optionGreeks({ ...future, sigma: 0 }, 'put')).toBeUndefined();
  });
});

describe('gamma exposure', () => {
  it('is the change of delta, in dollars, for a move of one percent', () => {
    // 1,000 coins whose deltas change by 0.00002 a dollar; 1 % of 50,000 are 500 dollars: 10 coins, half a million.
    expect(gammaExposure(0.000_02, 1_000, 50_000)).toBeCloseTo(500_000, 6);
  });
});
