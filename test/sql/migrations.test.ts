import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = ['', 'postgres', 'timescale'].flatMap((folder) =>
  readdirSync(join('sql', folder))
    .filter((name) => name.includes('.'))
    .map((name) => ({ name, text: readFileSync(join('sql', folder, name), 'utf8') })),
);

describe('the migrations', () => {
  it('are named number.do.what.sql', () => {
    for (const { name } of files) expect(name).toMatch(/^\d{4}\.do\.[a-z][a-z-]*\.sql$/);
  });

  it('have a number each, in both flavours together', () => {
    const numbers = files.map(({ name }) => name.slice(0, 4)).sort();
    expect(numbers).toEqual([...new Set(numbers)]);
  });

  it('do not end the transaction that they run in', () => {
    for (const { name, text } of files) expect(text, name).not.toMatch(/^\s*(commit|rollback|begin)\s*;/im);
  });
});
