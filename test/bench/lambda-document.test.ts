import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { functions } from '../../functions/manifest.ts';

it('docs/LAMBDA.md has the cold start of every function: `npm run bench:lambda -- --docs --part cold`', () => {
  const [, table = ''] =
    /<!-- cold -->([\s\S]*)<!-- \/cold -->/.exec(readFileSync('docs/LAMBDA.md', 'utf8')) ?? [];
  const names = Array.from(table.matchAll(/^\| ([a-z][a-z-]*) +\|/gm), ([, name]) => name!).filter(
    (name) => name !== 'function',
  );
  expect(names.toSorted()).toEqual(functions.map(({ handler }) => handler).toSorted());
});
