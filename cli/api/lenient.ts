import * as z from 'zod';

const known = new WeakMap<z.ZodType, z.ZodType>();

/**
 * A schema of the API for readers that may be older or newer than the API. Unknown fields stay, for `--json`; a field that
 * may be null may also be absent, and reads as null; a word of a newer API stays as it is.
 */
export function lenient(schema: z.ZodType): z.ZodType {
  const made = known.get(schema) ?? relaxed(schema);
  known.set(schema, made);
  return made;
}

function relaxed(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
    return z.looseObject(Object.fromEntries(fields.map(([name, field]) => [name, fieldOf(lenient(field))])));
  }
  if (schema instanceof z.ZodArray) return z.array(lenient(schema.element as z.ZodType));
  if (schema instanceof z.ZodNullable) return lenient(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodOptional) return lenient(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((one) => lenient(one as z.ZodType)));
  if (schema instanceof z.ZodRecord) return z.record(z.string(), lenient(schema.valueType as z.ZodType));
  if (schema instanceof z.ZodEnum) return z.string();
  return schema;
}

const fieldOf = (field: z.ZodType): z.ZodType =>
  field instanceof z.ZodNullable ? field.optional().transform((value) => value ?? null) : field;
