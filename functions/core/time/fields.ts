import * as z from 'zod';

/** Schemas of the values that answers of the API share. */
export const Instant = z.iso.datetime().meta({ id: 'Instant', description: 'ISO 8601, UTC' });
export const Count = z.number().int().nonnegative();
/** 0 to 1 */
export const Share = z.number().min(0).max(1);
/** from inclusive, to exclusive */
export const span = { from: Instant, to: Instant };

/** What a schema describes, for readers: nothing of it changes. */
export type Shape<S extends z.ZodType> = Immutable<z.output<S>>;

type Immutable<T> = T extends readonly (infer E)[]
  ? readonly Immutable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;
