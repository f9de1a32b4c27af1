/** For each property what makes it. */
export type Makers<T> = { readonly [Name in keyof T]: () => T[Name] };

/** Calls `make` once, at the first call; where it throws, again at the next one. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** An object whose properties are made when they are first read. A property that cannot be made throws where it is read. */
export function lazy<T extends object>(makers: Makers<T>): T {
  const properties = Object.entries(makers as Makers<Record<string, unknown>>).map(
    ([name, make]) => [name, { get: once(make), enumerable: true, configurable: true }] as const,
  );
  return Object.defineProperties({}, Object.fromEntries(properties)) as T;
}
