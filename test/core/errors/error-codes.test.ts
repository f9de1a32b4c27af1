import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../functions/core/api/operations.ts';
import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import { ERRORS, type ErrorCode, errorKind } from '../../../functions/core/errors/error-codes.ts';
import type { ErrorKind } from '../../../functions/core/errors/error-kinds.ts';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { gapCause } from '../../../functions/core/ledger/cause.ts';

const table = Object.entries(ERRORS) as [ErrorCode, ErrorKind][];
const read = (patterns: string[]): string =>
  patterns
    .flatMap((pattern) => globSync(pattern))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
const code = read([
  'functions/**/*.ts',
  'cli/**/*.ts',
  'host/**/*.ts',
  'localstack/**/*.ts',
  'infra/**/*.ts',
]);

/** What an issue of a schema is called where a check of ours made it. */
const ZODS_OWN = 'custom';

describe('the table of errors', () => {
  it('has every code that is written anywhere', () => {
    const written = [...code.matchAll(/\b(?:code: |badRequest\(\s*|problem\(\s*)'([a-z-]+)'/g)];
    expect(written.length).toBeGreaterThan(100);
    expect(written.map(([, name]) => name!).filter((name) => !errorKind(name) && name !== ZODS_OWN)).toEqual(
      [],
    );
  });

  it('has no code that is never raised', () => {
    const rest = code.replace(readFileSync('functions/core/errors/error-codes.ts', 'utf8'), '');
    expect(table.map(([name]) => name).filter((name) => !rest.includes(`'${name}'`))).toEqual([]);
  });

  it('says for each what to do', () => {
    expect(
      table.filter(([, { remedy }]) => !/^[A-Z].{10,}[.?!]$/s.test(remedy)).map(([name]) => name),
    ).toEqual([]);
  });

  it('knows every name that the state machine retries or catches', () => {
    const machine = readFileSync('statemachines/backfill.asl.json', 'utf8');
    const named = [...machine.matchAll(/"ErrorEquals": \[([^\]]*)\]/g)]
      .flatMap(([, list]) => [...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!))
      // Names with a dot are those of the engine and of Lambda.
      .filter((name) => !name.includes('.'));
    const names = new Set<string>(table.map(([, { name }]) => name));
    expect(new Set(named)).toEqual(
      new Set(['RetryableVenueError', 'RetryableStoreError', 'ArchiveUnreachable']),
    );
    expect([...new Set(named)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('of the table come', () => {
  it.each(table)('name, remedy and status of %s', (name, kind) => {
    const error = new GordonError({ code: name, subject: 'x', message: 'it failed.' });
    expect(error).toMatchObject({
      name: kind.name,
      remedy: kind.remedy,
      message: `x: it failed. ${kind.remedy}`,
    });
    expect(error.status).toBe(kind.name === 'BadRequest' ? (kind.status ?? 500) : 500);
    if (kind.status !== undefined)
      expect(badRequest(name, 'x', 'no.')).toMatchObject({ name: 'BadRequest', status: kind.status });
  });

  it('a remedy and a name that know better, where they are given', () => {
    const facts = { code: 'malformed-rows', subject: 'x', message: 'cut.' } as const;
    const error = new GordonError({ ...facts, name: 'RetryableVenueError', remedy: 'Wait.' });
    expect(error).toMatchObject({ name: 'RetryableVenueError', remedy: 'Wait.', message: 'x: cut. Wait.' });
    expect(error.as('PermanentError')).toMatchObject({ name: 'PermanentError', remedy: 'Wait.' });
  });

  it('the causes of gaps', () => {
    for (const [name, { origin }] of table)
      expect(gapCause(name)).toBe(origin === 'venue' ? 'source-error' : 'ours');
    expect([gapCause('archive-unreachable'), gapCause('no-listing'), gapCause('database-busy')]).toEqual([
      'source-error',
      'source-error',
      'ours',
    ]);
    expect([gapCause(undefined), gapCause('States.Timeout'), gapCause('constructor')]).toEqual([
      'ours',
      'ours',
      'ours',
    ]);
  });

  it('which objects are damaged', () => {
    expect(
      table
        .filter(([, { damage }]) => damage)
        .map(([name]) => name)
        .sort(),
    ).toEqual(['checksum-mismatch', 'checksum-missing', 'corrupt-archive', 'malformed-rows']);
  });

  it('the problems of the API', () => {
    const documented = Object.values(operations).flatMap(({ problems }) => problems as readonly ErrorCode[]);
    expect(documented.filter((name) => errorKind(name)?.status === undefined)).toEqual([]);
  });

  it('the codes of the runbook: when this differs, put what was expected in the place of what is there', () => {
    const rows = table
      .filter(([, { name, local }]) => name !== 'BadRequest' && !local)
      .map(([name, { origin, remedy }]) => `| \`${name}\` | ${origin} | ${remedy} |`);
    const expected = ['| code | origin | what to do |', '|---|---|---|', ...rows].join('\n');
    const runbook = readFileSync('RUNBOOK.md', 'utf8');
    const [, there] = /<!-- codes -->\n([\s\S]*?)\n<!-- end of codes -->/.exec(runbook) ?? [];
    expect(there).toBe(expected);
  });
});
