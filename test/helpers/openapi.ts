import * as z from 'zod';
import type { OpenApi } from '../../functions/core/api/openapi.ts';

export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** by status; `default` for every other status */
  readonly responses: Readonly<Record<string, Documented>>;
}
/** The schema of each media type; none where the answer has no body. */
type Documented = Readonly<Record<string, Schema>>;
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}
export type Schema = Readonly<Record<string, unknown>>;

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>
  >;
}

/** The operations of an OpenAPI document, read from the document alone. */
export const listOperations = (document: OpenApi): DocumentedOperation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): DocumentedOperation => {
      const { operationId, parameters = [], requestBody, responses } = raw as never as RawOperation;
      return {
        operationId,
        path,
        method: method.toUpperCase(),
        parameters,
        body: requestBody?.content['application/json']?.schema,
        responses: Object.fromEntries(
          Object.entries(responses).map(([status, { content = {} }]) => [
            status,
            Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema])),
          ]),
        ),
      };
    }),
  );

export interface Seen {
  readonly status: number;
  readonly mediaType: string;
  readonly body: unknown;
}

/** Makes a check of answers by the document alone. @returns what is wrong; undefined where the answer is as documented */
export function checker(
  document: OpenApi,
): (operation: DocumentedOperation, seen: Seen) => string | undefined {
  const schemas = new Map<string, z.ZodType>();
  const parserOf = (schema: Schema): z.ZodType => {
    const key = JSON.stringify(schema);
    const known = schemas.get(key) ?? parser(schema, document.components.schemas);
    schemas.set(key, known);
    return known;
  };
  return ({ operationId, responses }, { status, mediaType, body }) => {
    const documented = responses[status];
    if (!documented) return `${operationId}: ${status} is not documented: ${JSON.stringify(body)}`;
    if (Object.keys(documented).length === 0) {
      return body === '' ? undefined : `${operationId}: ${status} has a body: ${JSON.stringify(body)}`;
    }
    const schema = documented[mediaType];
    if (!schema) return `${operationId}: ${status} comes as ${mediaType}`;
    const parsed = parserOf(schema).safeParse(body);
    if (parsed.success) return undefined;
    return `${operationId}: ${status}: ${z.prettifyError(parsed.error)}: ${JSON.stringify(body).slice(0, 400)}`;
  };
}

export function parser(schema: Schema, components: OpenApi['components']['schemas']): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: components }).replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  );
  return z.fromJSONSchema(JSON.parse(text));
}
