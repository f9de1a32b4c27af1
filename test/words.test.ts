import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Private words, each with what to write instead. `docs/glossary.md` has the words of the domain. */
const BANNED: Readonly<Record<string, string>> = {
  saidOf: 'readLedger',
  haveOf: 'readCovered',
  carve: 'removeSpans',
  holdBack: 'deferSiblings',
  takePlace: 'acquireCopySlot',
  isHopeless: 'isPermanentFailure',
  fillRange: 'fetchMissing',
};

const files = globSync([
  '{functions,statemachines,infra,host,simulator,simulation,localstack,cli,console,bench,test,docs}/**/*.{ts,tsx,md}',
  '*.{ts,md}',
])
  // What was released under other words stays as it was written.
  .filter((file) => file !== 'CHANGELOG.md' && file !== 'test/words.test.ts');

it.each(Object.entries(BANNED))('nobody writes "%s": write %s', (word) => {
  const uses = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) => (new RegExp(`\\b${word}\\b`, 'i').test(line) ? [`${file}:${i + 1}`] : [])),
  );
  expect(uses).toEqual([]);
});

it('looks at every file', () => {
  expect(files.length).toBeGreaterThan(900);
});
