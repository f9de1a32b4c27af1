import { MINUTE } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { assetOf } from './assets.ts';
import { Walk } from './walk.ts';

/** The price that all markets of an asset follow. */
export class Prices {
  readonly #seed: number;
  readonly #walks = new Map<string, Walk>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** US dollars for one unit of the asset (`BTC`) at an instant, epoch ms. */
  at(base: string, at: number): number {
    let walk = this.#walks.get(base);
    if (!walk) {
      walk = new Walk(this.#seed, base, assetOf(base));
      this.#walks.set(base, walk);
    }
    return Math.exp(walk.log(at / MINUTE));
  }
}

/** The prices of a running simulator. */
export const pricesOf = (context: VenueContext): Prices =>
  context.shared('prices', () => new Prices(context.seed));
