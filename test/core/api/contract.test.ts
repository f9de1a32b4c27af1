import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../functions/core/api/operations.ts';
import { entryOf } from '../../../functions/function-spec.ts';
import { functions } from '../../../functions/manifest.ts';
import { addressOf, OPERATION_IDS, routeOf } from '../../../functions/routes.ts';

const read = (pattern: string) =>
  globSync(pattern).map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Where a text names a path of the API instead of an operation: what precedes it ends a host, or begins a literal. */
const literalsIn = (text: string): string[] => {
  const firsts = new Set(OPERATION_IDS.map((id) => routeOf(id).path.split(/[/?]/)[1]!.replace('.', '\\.')));
  const path = new RegExp(`['"\`}<]/(?:${[...firsts].join('|')})(?=['"\`/?{$\\s])`, 'g');
  return text.match(path) ?? [];
};

describe('an operation is declared once', () => {
  it('so that no client, handler or host writes a path of its own', () => {
    const files = read('{cli,console,functions,host,infra,localstack}/**/*.{ts,tsx}').filter(
      ({ file }) => file !== 'functions/routes.ts' && !/^functions\/sources\//.test(file),
    );
    expect(files.length).toBeGreaterThan(300);
    const found = files.flatMap(({ file, text }) => literalsIn(text).map((literal) => `${file}: ${literal}`));
    expect(found).toEqual([]);
  });

  it('and a path would be found', () => {
    expect(literalsIn("fetch('/backfill/jobs')")).toEqual(["'/backfill"]);
    expect(literalsIn('{url}/healthz`')).toEqual(['}/healthz']);
    expect(literalsIn('`</backfill/jobs?{next}>`')).toEqual(['</backfill']);
    expect(literalsIn('GET /backfill, /data/, `{path}/databases`')).toEqual([]);
  });

  it('and only the API declares schemas of its answers', () => {
    const readers = read('{cli,console}/**/*.{ts,tsx}').filter(({ text }) =>
      /\bz\.(?:iso|enum)\b/.test(text),
    );
    expect(readers.map(({ file }) => file)).toEqual([]);
  });

  it('has a function of its own, whose handler answers in its shape', () => {
    const served = functions.flatMap((spec) =>
      (spec.operations ?? []).map((id) => ({ id, file: entryOf(spec) })),
    );
    expect(served.map(({ id }) => id)).toEqual(OPERATION_IDS);
    const untyped = served.filter(({ id, file }) => !readFileSync(file, 'utf8').includes(`Reply<'${id}'>`));
    expect(untyped).toEqual([]);
  });

  it('names its path parameters', () => {
    for (const id of OPERATION_IDS) {
      const { params = {} } = operations[id] as { params?: Record<string, string> };
      expect(Object.keys(params)).toEqual(
        [...routeOf(id).path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
    }
  });
});

describe('the address of a call', () => {
  it('has its parameters, escaped, and leaves out those of the query that are absent', () => {
    expect(addressOf('getJob', { id: 'a/b' })).toEqual({ method: 'GET', path: '/backfill/jobs/a%2Fb' });
    expect(addressOf('listJobs', {}, { status: 'all,x', source: undefined, limit: 5 }).path).toBe(
      '/backfill/jobs?status=all%2Cx&limit=5',
    );
  });
});
