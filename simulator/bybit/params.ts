import { queryOf } from '../frame/answer.ts';
import type { VenueRequest } from '../frame/module.ts';
import { decimal } from '../numbers/decimal.ts';
import { badParameter } from './envelope.ts';
import { type Category, type Instrument, instrumentOf } from './instruments.ts';

/** The query of one request. Bybit ignores names that it does not know. */
export class Params {
  readonly #values: ReadonlyMap<string, string>;
  readonly #at: number;

  constructor(request: VenueRequest) {
    this.#values = queryOf(request);
    this.#at = request.at;
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  category(allowed: readonly Category[], refused: string): Category {
    const value = this.text('category') ?? 'linear';
    const category = allowed.find((c) => c === value);
    if (!category) throw badParameter(refused);
    return category;
  }

  /** Epoch ms. */
  instant(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,16}$/.test(value)) throw badParameter(`params error: ${name} invalid`);
    return Number(value);
  }

  limit(fallback: number, max: number): number {
    const value = this.text('limit');
    if (value === undefined) return fallback;
    const limit = Number(value);
    if (!Number.isInteger(limit) || limit < 1 || limit > max)
      throw badParameter('params error: limit invalid');
    return limit;
  }

  /** @param refused the endpoint's error for an unknown symbol */
  instrument(category: Category, refused: string): Instrument {
    const found = instrumentOf(category, this.text('symbol') ?? '');
    if (!found || this.#at >= (found.contract.forgottenAt ?? Number.POSITIVE_INFINITY))
      throw badParameter(refused);
    return found;
  }
}

/** Bybit writes most numbers without trailing zeros. */
export function trimmed(units: number, digits: number): string {
  const text = decimal(units, digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
