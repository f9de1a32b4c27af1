import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenApi } from '../../../functions/core/api/openapi.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import {
  checker,
  type DocumentedOperation,
  listOperations,
  type Parameter,
  type Schema,
} from '../../helpers/openapi.ts';
import { casesOf, RELATIONS, requestOf } from '../../helpers/openapi-cases.ts';
import { KNOWN, NASTY } from '../../helpers/openapi-words.ts';

/** Whatever is sent, the document describes the answer: never an unforeseen failure. */
let at: TestHost;
let document: OpenApi;
beforeAll(async () => {
  at = await startTestHost();
  document = (await at.ask<OpenApi>('/openapi.json')).body;
  const order = { source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-02-01', to: '2025-02-02' };
  await at.wait((await at.order(order)).id);
});
afterAll(() => at?.[Symbol.asyncDispose]());

/** Made once: fast-check takes a string of them apart for each. */
const ANY_TEXT = fc.string({ unit: 'binary', maxLength: 12 });

const word = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    ...(KNOWN[name] ? [{ arbitrary: fc.constantFrom(...KNOWN[name]), weight: 20 }] : []),
    { arbitrary: fc.constantFrom(...NASTY), weight: 2 },
    { arbitrary: ANY_TEXT, weight: 1 },
  );

/** Values that fit a schema, mostly. */
function fitting(schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.anyOf))
    return fc.oneof(...schema.anyOf.map((one) => fitting(one as Schema, name)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  switch (schema.type) {
    case 'integer':
    case 'number':
      return fc.integer({ min: Number(schema.minimum ?? -5), max: Number(schema.maximum ?? 2 ** 40) });
    case 'array':
      return fc.array(fitting(schema.items as Schema, name), { maxLength: 3 });
    case 'object': {
      const entries = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
      const model = Object.fromEntries(entries.map(([name, of]) => [name, fitting(of, name)]));
      return fc.record(model, { requiredKeys: (schema.required as string[] | undefined) ?? [] });
    }
    default:
      return word(name);
  }
}

const given = ({ name, schema }: Parameter): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fitting(schema, name).map(String), weight: 12 },
    { arbitrary: fc.constantFrom(...NASTY), weight: 1 },
  );

interface Shot {
  readonly operation: DocumentedOperation;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function shots(operation: DocumentedOperation): fc.Arbitrary<Shot> {
  const of = (place: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === place);
  // Few at a time: of many, one is always wrong, and nothing behind the first check would ever be tried.
  const some = (place: Parameter['in'], required: readonly string[]) => {
    const all = fc.record(Object.fromEntries(of(place).map((p) => [p.name, given(p)])));
    const names = of(place).map(({ name }) => name);
    const kept = fc.oneof(
      { arbitrary: fc.shuffledSubarray(names, { maxLength: Math.min(2, names.length) }), weight: 3 },
      { arbitrary: fc.shuffledSubarray(names), weight: 1 },
    );
    return fc
      .tuple(all, kept)
      .map(([values, keep]) =>
        Object.fromEntries([...new Set([...required, ...keep])].map((name) => [name, values[name]!])),
      );
  };
  const needed = of('query').flatMap(({ name, required }) => (required ? [name] : []));
  const stray = fc.oneof(
    { arbitrary: fc.constant({}), weight: 14 },
    { arbitrary: fc.constant({ colour: 'red' }), weight: 1 },
  );
  return fc.record({
    operation: fc.constant(operation),
    params: some(
      'path',
      of('path').map(({ name }) => name),
    ),
    query: fc.tuple(some('query', needed), stray).map(([query, more]) => ({ ...query, ...more })),
    headers: fc.record({}),
    body: operation.body ? bodies(operation.body) : fc.constant(undefined),
  }) as fc.Arbitrary<Shot>;
}

const bodies = (schema: Schema): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fitting(schema, 'body').map((body) => JSON.stringify(body)), weight: 5 },
    { arbitrary: fc.json({ maxDepth: 2 }), weight: 1 },
    { arbitrary: fc.constantFrom('', '{', '[]', 'null', '"x"', '{"source":null}'), weight: 1 },
  );

async function fire({ operation, params, query, body }: Shot) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
  const search = new URLSearchParams(query);
  const url = `http://127.0.0.1:${at.host.ports.jobs}${path}${search.size > 0 ? `?${search}` : ''}`;
  const response = await fetch(url, { method: operation.method, ...(body !== undefined && { body }) });
  const mediaType = response.headers.get('content-type') ?? '';
  const isJson = /^application\/(problem\+)?json/.test(mediaType);
  const answered = isJson ? response.json() : response.text();
  return { status: response.status, mediaType, body: (await answered) as { code?: string } };
}

const RUNS = Number(process.env.GORDON_FUZZ_RUNS ?? 80);

it('answers any request as the document describes', async () => {
  const check = checker(document);
  const all = listOperations(document);
  const met = new Map<string, number>();
  for (const operation of all) {
    await fc.assert(
      fc.asyncProperty(shots(operation), async (shot) => {
        const seen = await fire(shot);
        met.set(
          `${operation.operationId} ${seen.status}`,
          (met.get(`${operation.operationId} ${seen.status}`) ?? 0) + 1,
        );
        // A parameter of the path that is nothing, or a way up, names another path.
        const elsewhere = ['unknown-path', 'method-not-allowed'].includes(seen.body.code ?? '');
        if (operation.path.includes('{') && elsewhere) return;
        expect(check(operation, seen)).toBeUndefined();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    if (operation.method === 'POST') await stopAll();
  }
  // It got past the first checks, and it was refused too.
  for (const { operationId, responses } of all.filter(
    ({ method, parameters }) => method === 'GET' && parameters.some((p) => p.in === 'query'),
  )) {
    expect(Object.keys(responses)).toContain('400');
    expect([operationId, met.get(`${operationId} 200`) ?? 0]).not.toEqual([operationId, 0]);
    expect([operationId, met.get(`${operationId} 400`) ?? 0]).not.toEqual([operationId, 0]);
  }
}, 240_000);

/** What was ordered by chance would keep the host at work. */
async function stopAll(): Promise<void> {
  const { body } = await at.ask<{ id: string }[]>('/backfill/jobs?limit=100');
  for (const { id } of body) await at.ask(`/backfill/jobs/${id}`, { method: 'DELETE' });
}

it('refuses what the document refuses, and takes what it takes', async () => {
  const wrong: string[] = [];
  const counts = { refused: 0, taken: 0 };
  for (const operation of listOperations(document)) {
    for (const one of casesOf(operation, document)) {
      const { path, init } = requestOf(one);
      const response = await fetch(`http://127.0.0.1:${at.host.ports.jobs}${path}`, init);
      const code = await codeOf(response);
      const refused = response.status >= 400 && response.status < 500;
      const isRelation = RELATIONS.some(
        ([id, field, relation]) => id === operation.operationId && field === one.field && relation === code,
      );
      const asDocumented = one.allowed ? response.status !== 400 || isRelation : refused;
      counts[one.allowed ? 'taken' : 'refused']++;
      if (!asDocumented) {
        const value = JSON.stringify(one.value)?.slice(0, 80);
        wrong.push(
          `${operation.operationId} ${one.field}=${value}: ${response.status} ${code}, ${one.allowed ? 'taken' : 'refused'} by the document`,
        );
      }
    }
    if (operation.method === 'POST') await stopAll();
  }
  expect(wrong).toEqual([]);
  expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(200);
}, 240_000);

async function codeOf(response: Response): Promise<string | undefined> {
  const body = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return isProblem ? (JSON.parse(body) as { code: string }).code : undefined;
}
