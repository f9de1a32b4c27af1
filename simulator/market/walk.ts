import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import { streamOf, unit } from '../numbers/noise.ts';
import type { Asset } from './assets.ts';

/** minutes; each octave is one lattice of independent values */
const SCALES = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];
const MINUTES_PER_DAY = DAY / MINUTE;
const MINUTES_PER_YEAR = 365.25 * MINUTES_PER_DAY;
const YEAR_2020 = Date.UTC(2020, 0) / MINUTE;

interface Octave {
  readonly scale: number;
  readonly amplitude: number;
  readonly stream: number;
  cell: number;
  left: number;
  step: number;
}

/**
 * Log price of an asset at any minute: a drift and layered lattice noise whose amplitude grows with the root of its
 * scale, as a random walk's does. Any minute costs the same; neighbours share their lattice cells.
 */
export class Walk {
  readonly #octaves: Octave[];
  readonly #start: number;
  readonly #drift: number;

  constructor(seed: number, name: string, asset: Asset) {
    this.#start = Math.log(asset.price2020);
    this.#drift = asset.drift / MINUTES_PER_YEAR;
    this.#octaves = SCALES.map((scale) => ({
      scale,
      amplitude: 0.8 * asset.dailyVolatility * Math.sqrt(scale / MINUTES_PER_DAY),
      stream: streamOf(seed, 'walk', name, String(scale)),
      cell: Number.NaN,
      left: 0,
      step: 0,
    }));
  }

  /** @param minute minutes since the epoch */
  log(minute: number): number {
    let sum = this.#start + this.#drift * (minute - YEAR_2020);
    for (const octave of this.#octaves) {
      const { scale } = octave;
      const cell = Math.floor(minute / scale);
      if (cell !== octave.cell) {
        octave.cell = cell;
        octave.left = (2 * unit(octave.stream, cell) - 1) * octave.amplitude;
        octave.step = (2 * unit(octave.stream, cell + 1) - 1) * octave.amplitude - octave.left;
      }
      const f = minute / scale - cell;
      sum += octave.left + octave.step * f * f * (3 - 2 * f);
    }
    return sum;
  }
}
