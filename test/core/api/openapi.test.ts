import { describe, expect, it } from 'vitest';
import { openApi } from '../../../functions/core/api/openapi.ts';
import { functions } from '../../../functions/manifest.ts';
import { ROUTES } from '../../../functions/routes.ts';
import { sources } from '../../../functions/sources/index.ts';

const document = openApi(sources);

describe('the document', () => {
  it('has the routes of the manifest, and no others', () => {
    const served = functions.flatMap(({ operations = [] }) => operations.map((id) => ROUTES[id].route));
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(served.sort());
  });

  it('has one name for each operation, a parameter for each of its path, and a word for every failure', () => {
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation }) as never as DocumentedOperation),
    );
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    for (const { path, parameters = [], responses } of all) {
      const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
      expect(responses.default).toBeDefined();
    }
  });

  it('refers to nothing that it does not have', () => {
    const text = JSON.stringify(document);
    const refs = new Set(Array.from(text.matchAll(/"\$ref":"([^"]+)"/g), ([, ref]) => ref!));
    expect(refs.size).toBeGreaterThan(8);
    for (const ref of refs) {
      expect(ref).toMatch(/^#\/components\/schemas\//);
      expect(Object.keys(document.components.schemas)).toContain(ref.split('/').at(-1));
    }
  });

  it('says what has to be there, and the default of what has not', () => {
    const { parameters } = document.paths['/backfill/ledger']!.get as never as DocumentedOperation;
    const by = Object.fromEntries(parameters!.map((parameter) => [parameter.name, parameter]));
    expect([by.source!.required, by.symbol!.required, by.limit!.required]).toEqual([true, true, false]);
    expect(by.limit!.schema).toEqual({ type: 'integer', minimum: 1, maximum: 1_000, default: 200 });
  });
});

interface DocumentedOperation {
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
