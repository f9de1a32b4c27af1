import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { lenient } from '../../../cli/api/lenient.ts';
import { openApi } from '../../../functions/core/api/openapi.ts';
import type { Operation } from '../../../functions/core/api/operation.ts';
import { operations } from '../../../functions/core/api/operations.ts';
import { OPERATION_IDS } from '../../../functions/routes.ts';
import { sources } from '../../../functions/sources/index.ts';
import { listOperations, type Schema } from '../../helpers/openapi.ts';

/** The command line reads with the schemas of the API, made lenient; the document holds them to the API. */
const document = openApi(sources);
const documented = new Map(listOperations(document).map((operation) => [operation.operationId, operation]));
/** Where a reader requires more than the document promises. */
function refusals(reads: Schema, says: Schema, where: string): string[] {
  const wanted = kindsOf(reads);
  return kindsOf(resolved(says)).flatMap((option) => {
    const fits = wanted.map((one) => refusalsOf(one, resolved(option), where));
    return fits.some((found) => found.length === 0) ? [] : fits[0]!;
  });
}

/** What a value may be, one by one: `anyOf`, or several types at once. */
const kindsOf = (schema: Schema): Schema[] => {
  if (Array.isArray(schema.anyOf)) return schema.anyOf as Schema[];
  return Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : [schema];
};

function refusalsOf(reads: Schema, says: Schema, where: string): string[] {
  if (
    reads.type !== undefined &&
    reads.type !== says.type &&
    !(reads.type === 'number' && says.type === 'integer')
  ) {
    return [`${where}: reads ${reads.type}, is ${says.type}`];
  }
  if (says.type === 'array') return refusals(reads.items as Schema, says.items as Schema, `${where}[]`);
  if (Array.isArray(reads.enum)) {
    const all = (says.enum as string[] | undefined) ?? ['any text'];
    return all
      .filter((value) => !(reads.enum as string[]).includes(value))
      .map((value) => `${where}: ${value}`);
  }
  const has = (says.properties ?? {}) as Record<string, Schema>;
  const required = new Set((says.required as string[] | undefined) ?? []);
  const needs = new Set((reads.required as string[] | undefined) ?? []);
  return Object.entries((reads.properties ?? {}) as Record<string, Schema>).flatMap(([name, of]) => {
    if (!has[name]) return needs.has(name) ? [`${where}.${name}: is not there`] : [];
    if (needs.has(name) && !required.has(name)) return [`${where}.${name}: may be left out`];
    return refusals(of, has[name], `${where}.${name}`);
  });
}

function resolved(schema: Schema): Schema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
  return name === undefined ? schema : resolved(document.components.schemas[name]!);
}

describe('what the command line reads', () => {
  it.each(OPERATION_IDS)('of %s is what the document promises', (id) => {
    const { success, answer, mediaType = 'application/json' }: Operation = operations[id];
    const schema = documented.get(id)!.responses[success]![mediaType]!;
    const reads = z.toJSONSchema(lenient(answer), { io: 'input' }) as Schema;
    expect(refusals(reads, schema, id)).toEqual([]);
  });

  it('of health is the same when it is unavailable', () => {
    const { responses } = documented.get('health')!;
    expect(responses[503]!['application/json']).toEqual(responses[200]!['application/json']);
  });

  it('is reported where it requires more', () => {
    const schema = documented.get('listJobs')!.responses[200]!['application/json']!;
    const wants = (shape: z.ZodType) =>
      refusals(z.toJSONSchema(z.array(shape)) as Schema, schema, 'listJobs');
    expect(wants(z.looseObject({ owner: z.string() }))).toEqual(['listJobs[].owner: is not there']);
    expect(wants(z.looseObject({ id: z.number() }))).toEqual(['listJobs[].id: reads number, is string']);
    expect(wants(z.looseObject({ started_at: z.string() }))).toEqual([
      'listJobs[].started_at: reads string, is null',
    ]);
    expect(wants(z.looseObject({ status: z.enum(['queued']) })).length).toBeGreaterThan(3);
  });
});

describe('a reader', () => {
  const Answer = z.object({
    id: z.string(),
    ended: z.string().nullable(),
    note: z.string().optional(),
    parts: z.array(z.object({ state: z.enum(['done', 'open']) })),
    counts: z.partialRecord(z.enum(['done', 'open']), z.number()),
  });
  const whole = { id: 'x', ended: null, parts: [{ state: 'done' }], counts: { done: 1 } };

  it('keeps what only a newer API has, at every depth', () => {
    const newer = { ...whole, owner: 'me', parts: [{ state: 'paused', by: 'me' }], counts: { paused: 1 } };
    expect(lenient(Answer).parse(newer)).toEqual(newer);
  });

  it('reads as null what only an older API lacks', () => {
    const { ended: _, ...older } = whole;
    expect(lenient(Answer).parse(older)).toEqual(whole);
  });

  it('still refuses what is not such an answer', () => {
    const { id: _, ...nameless } = whole;
    const odd = [
      nameless,
      { ...whole, ended: 1 },
      { ...whole, parts: [{}] },
      { ...whole, counts: { done: 'x' } },
    ];
    for (const one of odd) expect(lenient(Answer).safeParse(one).success).toBe(false);
  });
});
