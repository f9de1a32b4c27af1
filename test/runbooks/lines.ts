import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** One line of the runbooks and what is expected of it. */
export interface Line {
  readonly kind: 'sh' | 'sql';
  readonly text: string;
  readonly expects: Readonly<Partial<Record<Word, string>>>;
}

const WORDS = [
  'environment',
  'exit',
  'http',
  'prints',
  'succeeds',
  'columns',
  'rows',
  'filled',
  'error',
] as const;
type Word = (typeof WORDS)[number];

const BLOCK = /^```(\w+)\n([^\n]*)\n```\n\n((?:> .*\n)+)/gm;

/** @throws Error when a fenced block has another form, so that no line is skipped */
export function readLines(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  const lines = [...text.matchAll(BLOCK)].map(([, kind, line, quote]): Line => {
    if (kind !== 'sh' && kind !== 'sql') throw new Error(`${file}: a block of "${kind}"`);
    return { kind, text: line!, expects: expectationsOf(quote!) };
  });
  const fences = text.split('\n').filter((line) => line.startsWith('```')).length;
  if (fences !== 2 * lines.length)
    throw new Error(`${file}: ${fences / 2} blocks, ${lines.length} understood`);
  return lines;
}

function expectationsOf(quote: string): Line['expects'] {
  const found: Partial<Record<Word, string>> = {};
  for (const line of quote.trimEnd().split('\n')) {
    const [, word, rest] = /^> (\w+) ?(.*)$/.exec(line) ?? [];
    if (!WORDS.includes(word as Word)) throw new Error(`expectation "${line}"`);
    found[word as Word] = rest!;
  }
  return found;
}

const DOCKER = /^docker compose exec postgres psql -U gordon -d gordon -c "(.*)"$/;

/** The SQL of a line that is SQL or a call of psql. */
export const sqlOf = ({ kind, text }: Line): string | undefined =>
  kind === 'sql' ? text : DOCKER.exec(text)?.[1];

interface Result extends ReadonlyArray<unknown> {
  readonly columns?: readonly { readonly name: string }[];
}

/** Sends the text as one message, as psql does. */
export interface Session {
  unsafe(text: string): { simple(): PromiseLike<unknown> };
}

export async function expectSql(session: Session, text: string, expects: Line['expects']): Promise<void> {
  if (expects.error !== undefined) {
    const [, code, message] = /^(\w+) (.*)$/.exec(expects.error)!;
    await expect(Promise.resolve(session.unsafe(text).simple())).rejects.toMatchObject({ code, message });
    return;
  }
  // The last of several statements counts.
  const answer = (await session.unsafe(text).simple()) as Result | Result[];
  const result = (
    (answer as Result).columns === undefined && Array.isArray(answer[0]) ? answer.at(-1) : answer
  ) as Result;
  if (expects.columns !== undefined) {
    expect(result.columns?.map(({ name }) => name).join(', ')).toBe(expects.columns);
  }
  expect(String(result.length)).toBe(expects.rows);
  // No value may be null.
  if (expects.filled !== undefined) expect(JSON.stringify(result)).not.toContain('null');
}
