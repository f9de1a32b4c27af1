import * as z from 'zod';
import { type OperationId, ROUTES, type Route, routeOf } from '../../routes.ts';
import { type ErrorCode, errorKind } from '../errors/error-codes.ts';
import { IdempotencyKey, withSources } from '../queries/fields.ts';
import type { Sources } from '../series/source.ts';
import { type Operation, Problem } from './operation.ts';
import { operations } from './operations.ts';

/** The version of the API, not of the program: raised when a caller would have to change. */
const VERSION = '1.0.0';

type Json = { [key: string]: unknown };

export type OpenApi = {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
};

/** The OpenAPI 3.1 document, made of the schemas that the handlers themselves parse with. */
export function openApi(sources: Sources): OpenApi {
  const schemas: Record<string, Json> = {};
  const override = withSources(Object.keys(sources));
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    // Inside an object a schema that has a name is always a reference, never written out.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
      io,
      unrepresentable: 'any',
      override,
    });
    const [it, named] = JSON.parse(
      JSON.stringify([properties!.it, $defs]).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as [Json, Record<string, Json>];
    Object.assign(schemas, named);
    return it;
  };
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const route = routeOf(id);
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operationOf(id, operation, schemaOf);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'gordon-data',
      version: VERSION,
      description:
        'Backfill jobs and the coverage of the warehouse. A host answers HEAD wherever there is GET; API Gateway does not.',
    },
    paths,
    components: { schemas },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

function operationOf(operationId: OperationId, operation: Operation, schemaOf: SchemaOf): Json {
  const { summary, also = [] }: Route = ROUTES[operationId];
  const { body, answer, success, alternatives = [], others = {}, plain = {}, problems } = operation;
  const { mediaType = 'application/json' } = operation;
  const parameters = [
    ...paramsOf(operation),
    ...queryOf(operation, schemaOf),
    ...headersOf(operation, schemaOf),
  ];
  const answered = (shape: z.ZodType, media: readonly string[] = []) => ({
    description: summary,
    content: { [mediaType]: { schema: schemaOf(shape, 'output') }, ...contentOf(media) },
  });
  const refusal = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: schemaOf(Problem, 'output') } },
  });
  const responses = Object.fromEntries([
    ...[success, ...also].map((status) => [status, answered(answer, alternatives)]),
    ...Object.entries(others).map(([status, shape]) => [status, answered(shape)]),
    ...Object.entries(plain).map(([status, { description, media }]) => [
      status,
      { description, ...(media && { content: contentOf(media) }) },
    ]),
    ...[...Map.groupBy(problems, statusOf)].map(([status, codes]) => [status, refusal(codes.join(', '))]),
    ['default', refusal('An unexpected failure, or a store that does not answer: 5xx')],
  ]);
  for (const [status, headers] of Object.entries(operation.answerHeaders ?? {})) {
    (responses[status] as Json).headers = answerHeaders(headers);
  }
  return {
    operationId,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses,
  };
}

const contentOf = (media: readonly string[]): Json =>
  Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' } }]));

const answerHeaders = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

const statusOf = (code: ErrorCode): number => errorKind(code)?.status ?? 500;

const paramsOf = ({ params = {} }: Operation): Json[] =>
  Object.entries(params).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string', minLength: 1 },
  }));

/** The headers that are refused when they are malformed. */
const HEADERS: Readonly<Record<string, z.ZodType>> = { 'Idempotency-Key': IdempotencyKey };

const headersOf = ({ headers = {} }: Operation, schemaOf: SchemaOf): Json[] =>
  Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: schemaOf(HEADERS[name] ?? z.string(), 'input'),
  }));

/** Parameters arrive as text; the document describes the value that the text stands for, which is the schema's output. */
function queryOf({ query }: Operation, schemaOf: SchemaOf): Json[] {
  if (!query) return [];
  return Object.entries(query.shape).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field as z.ZodType, 'output');
    const required = !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema };
  });
}
