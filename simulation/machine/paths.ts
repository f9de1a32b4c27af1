import type { Template } from './definition.ts';

/** What `$$` stands for. */
export interface Context {
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } };
}

type Fields = Readonly<Record<string, unknown>>;

/** A definition has a few dozen paths, each of which is followed once for every job. */
const known = new Map<string, readonly string[]>();
const namesOf = (path: string): readonly string[] => {
  const names = known.get(path) ?? path.split('.');
  known.set(path, names);
  return names;
};

/** @throws Error for a path that leads nowhere, as the engine does */
export function valueAt(path: string, input: unknown, context: Context = {}): unknown {
  const names = namesOf(path);
  let value: unknown = names[0] === '$$' ? context : input;
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    if (typeof value !== 'object' || value === null || !(name in value)) throw new NoSuchPath(path);
    value = (value as Fields)[name];
  }
  return value;
}

export function fill(template: Template, input: unknown, context?: Context): Fields {
  const filled: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(template)) {
    if (field.endsWith('.$')) filled[field.slice(0, -2)] = valueAt(value as string, input, context);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      filled[field] = fill(value as Template, input, context);
    else filled[field] = value;
  }
  return filled;
}

/** @param path absent: the result takes the input's place; null: it is dropped */
export function put(path: string | null | undefined, result: unknown, input: unknown): unknown {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  const [, ...names] = namesOf(path);
  const within = (value: unknown, [name, ...rest]: readonly string[]): unknown =>
    name === undefined ? result : { ...(value as Fields), [name]: within((value as Fields)?.[name], rest) };
  return within(input, names);
}

/** `States.ParameterPathFailure`, which no Retry names and only `States.ALL` does not catch. */
class NoSuchPath extends Error {
  override readonly name = 'States.Runtime';
  constructor(path: string) {
    super(`the path ${path} leads nowhere in the input`);
  }
}
