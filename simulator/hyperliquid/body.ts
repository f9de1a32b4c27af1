import type { VenueAnswer } from '../frame/module.ts';

/** A body that is not a request of the venue: it says so in plain text. */
export class Unprocessable extends Error {}

/** Fields of a request's body. A wrong type or a missing field refuses the whole request. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unprocessable();
    this.#fields = value as Record<string, unknown>;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw new Unprocessable();
    return value;
  }

  /** Epoch ms; negative ones and fractions are refused. */
  instant(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new Unprocessable();
    return value;
  }

  optionalInstant(name: string): number | undefined {
    return this.#fields[name] === undefined || this.#fields[name] === null ? undefined : this.instant(name);
  }

  nested(name: string): Fields {
    return new Fields(this.#fields[name]);
  }
}

const text = (status: number, body: string): VenueAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});

export const unprocessable = (): VenueAnswer =>
  text(422, 'Failed to deserialize the JSON body into the target type');

export const unsupported = (): VenueAnswer =>
  text(415, 'Expected request with `Content-Type: application/json`');

/** Over the limit, and about a coin that it does not know: no word of either. */
export const nothing = (status: number): VenueAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: 'null',
});
