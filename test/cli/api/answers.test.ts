import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as answers from '../../../cli/api/answers.ts';
import { openApi } from '../../../functions/core/api/openapi.ts';
import { listOperations, type Schema } from '../../helpers/openapi.ts';

/** The command line reads with schemas of its own, which take what a newer API adds; the document holds them to the API. */
const document = openApi();
const documented = new Map(listOperations(document).map((operation) => [operation.operationId, operation]));

const READS: readonly [operationId: string, status: number, reads: z.ZodType][] = [
  ['createJob', 202, answers.detailShape],
  ['getJob', 200, answers.detailShape],
  ['listJobs', 200, answers.summariesShape],
  ['cancelJob', 200, answers.Cancelled],
  ['report', 200, answers.Report],
  ['health', 200, answers.Health],
  ['health', 503, answers.Health],
  ['getJob', 404, answers.Problem],
];

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
  it.each(READS)('of %s %i is what the document promises', (id, status, reads) => {
    const { schema } = documented.get(id)!.responses[status]!;
    expect(refusals(z.toJSONSchema(reads, { io: 'input' }) as Schema, schema, id)).toEqual([]);
  });

  it('is reported where it requires more', () => {
    const { schema } = documented.get('listJobs')!.responses[200]!;
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
