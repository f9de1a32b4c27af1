import type { Template } from './definition.ts';

/** What `$$` stands for. */
export interface Context {
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } };
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws Error for a path that leads nowhere, as the engine does */
export function valueAt(path: string, input: unknown, context: Context = {}): unknown {
  const [root, ...names] = path.split('.');
  let value: unknown = root === '$$' ? context : input;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !(name in value)) throw new NoSuchPath(path);
    value = (value as Fields)[name];
  }
  return value;
}

export function fill(template: Template, input: unknown, context?: Context): Fields {
  return Object.fromEntries(
    Object.entries(template).map(([field, value]) => {
      if (field.endsWith('.$')) return [field.slice(0, -2), valueAt(value as string, input, context)];
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [field, fill(value as Template, input, context)];
      return [field, value];
    }),
  );
}

/** @param path absent: the result takes the input's place; null: it is dropped */
export function put(path: string | null | undefined, result: unknown, input: unknown): unknown {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  const [, ...names] = path.split('.');
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
