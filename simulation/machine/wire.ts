/** Only JSON travels between states: the value as it is once it was written and read, and null for nothing. */
export function overWire(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // JSON has no negative zero.
      return Number.isFinite(value) ? value + 0 : null;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(overWire);
      if (isPlain(value)) return copied(value);
  }
  // Whatever else there is has a rule of its own.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : JSON.parse(text);
}

const isPlain = (value: object): value is Readonly<Record<string, unknown>> =>
  Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value);

function copied(value: Readonly<Record<string, unknown>>): unknown {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const of = value[name];
    if (of !== undefined && typeof of !== 'function' && typeof of !== 'symbol') copy[name] = overWire(of);
  }
  return copy;
}
