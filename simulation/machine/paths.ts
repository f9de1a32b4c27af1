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
  for (const { name, path, within, value } of fieldsOf(template)) {
    if (path !== undefined) filled[name] = valueAt(path, input, context);
    else filled[name] = within ? fill(within, input, context) : value;
  }
  return filled;
}

interface Field {
  readonly name: string;
  /** where its value is taken from */
  readonly path?: string;
  readonly within?: Template;
  readonly value?: unknown;
}

/** A definition has a few templates, which nobody changes. */
const templates = new WeakMap<Template, readonly Field[]>();
function fieldsOf(template: Template): readonly Field[] {
  const known = templates.get(template);
  if (known) return known;
  const fields = Object.entries(template).map(([name, value]): Field => {
    if (name.endsWith('.$')) return { name: name.slice(0, -2), path: value as string };
    const isTemplate = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isTemplate ? { name, within: value as Template } : { name, value };
  });
  templates.set(template, fields);
  return fields;
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
