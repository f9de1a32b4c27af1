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
  worthAsking: 'wantedFromObject',
  createMemoryLooker: 'createMemoryCoverageQueries',
  spansOfTurn: 'spansForTurn',
};

/** Words that no sentence has, and no part of an identifier such as `askedFor` or `isTold`. */
const UNIDIOMATIC: Readonly<Record<string, string>> = {
  told: 'says, reported, known, or "defaults to" for "unless told"',
  tells: 'says, reports, has, shows',
  asked: 'requested, queried',
};

/** Phrases of old or unusual English, in programs and documents; titles of tests may have them. */
const DATED: Readonly<Record<string, string>> = {
  anew: 'again, from the beginning, new',
  'for ever': 'forever, for good',
  'held against': 'compared with, checked against',
  'to be had': 'available',
  'gets? to know': 'learns, receives',
};

/** Names that are stored in databases, and so stay. */
const STORED: readonly (readonly [file: string, line: RegExp])[] = [
  // A column and a key of stored JSON keep their names.
  ['docs/TABLES.md', /^\| asked \||; asked: the requests behind it/],
  // A column of market_data.open_requests.
  ['functions/stores/ledger/requests.ts', /\basked\b/],
  // A key of series.lives_evidence.
  ['functions/stores/ledger/lives.ts', /\basked\b/],
];

const files = globSync([
  '{functions,statemachines,infra,host,simulator,simulation,localstack,cli,console,bench,test,docs}/**/*.{ts,tsx,md}',
  '{packaging,python,examples}/**/*.{ts,md,py,ipynb}',
  '*.{ts,md}',
])
  // What was released under other words stays as it was written.
  .filter((file) => file !== 'CHANGELOG.md' && file !== 'test/words.test.ts');

const texts = files.map((file) => [file, readFileSync(file, 'utf8')] as const);

/** `file:line` of each line that a check refuses. @param word is somewhere in each of these lines, in capitals or not */
const linesOf = (word: string, isRefused: (line: string, file: string) => boolean): string[] => {
  const anywhere = new RegExp(word, 'i');
  return texts
    .filter(([, text]) => anywhere.test(text))
    .flatMap(([file, text]) =>
      text.split('\n').flatMap((line, i) => (isRefused(line, file) ? [`${file}:${i + 1}`] : [])),
    );
};

it.each(Object.entries(BANNED))('nobody writes "%s": write %s', (word) => {
  const pattern = new RegExp(`\\b${word}\\b`, 'i');
  expect(linesOf(word, (line) => pattern.test(line))).toEqual([]);
});

const partsOf = (line: string): string => line.replace(/([a-z0-9])(?=[A-Z])|_/g, '$1 ');
const isAllowed = (line: string, file: string): boolean =>
  STORED.some(([where, pattern]) => file === where && pattern.test(line));

it.each(Object.entries(UNIDIOMATIC))('no sentence or name has "%s": write %s', (word) => {
  const pattern = new RegExp(`\\b${word}\\b`, 'i');
  expect(linesOf(word, (line, file) => pattern.test(partsOf(line)) && !isAllowed(line, file))).toEqual([]);
});

it.each(Object.entries(DATED))('no program or document has "%s": write %s', (phrase) => {
  const pattern = new RegExp(`\\b(${phrase})\\b`, 'i');
  // The dictionary repeats the comments of applied migrations.
  const isChecked = (file: string): boolean => !file.startsWith('test/') && file !== 'docs/TABLES.md';
  expect(linesOf(phrase, (line, file) => isChecked(file) && pattern.test(line))).toEqual([]);
});

it('finds an unidiomatic word in a sentence and in each form of a name', () => {
  for (const line of ['what the venue told us', 'const askedFor = 1', 'x.wasTold', 'was_told', 'TOLD_SO']) {
    expect(
      Object.keys(UNIDIOMATIC).some((word) => new RegExp(`\\b${word}\\b`, 'i').test(partsOf(line))),
    ).toBe(true);
  }
  for (const line of ['masked', 'basked()', 'retold']) {
    expect(
      Object.keys(UNIDIOMATIC).some((word) => new RegExp(`\\b${word}\\b`, 'i').test(partsOf(line))),
    ).toBe(false);
  }
});

it('looks at every file', () => {
  expect(files.length).toBeGreaterThan(900);
});
