import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = globSync('sql/**/*.sql').map((file) => ({
  name: basename(file),
  text: readFileSync(file, 'utf8'),
}));

describe('the migrations', () => {
  it('are named number.do.what.sql', () => {
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const { name } of files) expect(name).toMatch(/^\d{4}\.do\.[a-z][a-z-]*\.sql$/);
  });

  it('have a number each, in both flavours together', () => {
    const numbers = files.map(({ name }) => name.slice(0, 4)).sort();
    expect(numbers).toEqual([...new Set(numbers)]);
  });

  it('do not end the transaction that they run in', () => {
    for (const { name, text } of files) {
      // What a procedure does when it is called is another matter.
      const own = text.replace(/\$procedure\$.*?\$procedure\$/gs, '');
      expect(own, name).not.toMatch(/^\s*(commit|rollback|begin)\s*;/im);
    }
  });
});
