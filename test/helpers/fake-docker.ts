import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the fake does for a command line that starts with its key. */
export interface FakeAnswer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** prints nothing and does not exit */
  readonly hangs?: true;
}
export type FakeAnswers = Readonly<Record<string, FakeAnswer>>;

/** A running engine with Compose and no running service. */
export const ENGINE: FakeAnswers = {
  info: { stdout: '27.3.1\n' },
  'compose version': { stdout: '2.29.7\n' },
};

export interface FakeDocker extends Disposable {
  /** of the folder with the executable `docker` */
  readonly path: string;
  answer(answers: FakeAnswers): void;
  /** the command lines so far, each prefixed with its working directory */
  calls(): string[];
}

/** An executable `docker` that records its calls. A call without an answer succeeds and prints nothing. */
export function fakeDocker(answers: FakeAnswers): FakeDocker {
  const path = mkdtempSync(join(tmpdir(), 'gordon-docker-'));
  const file = (name: string): string => join(path, name);
  const answer = (now: FakeAnswers): void => writeFileSync(file('answers.json'), JSON.stringify(now));
  answer(answers);
  writeFileSync(file('docker'), `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(file('docker'), 0o755);
  return {
    path,
    answer,
    calls: () => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').trimEnd().split('\n') : []),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** CommonJS: the file has no extension and its folder has no package.json. */
const PROGRAM = `
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const line = process.argv.slice(2).join(' ');
appendFileSync(join(__dirname, 'calls'), process.cwd() + ' $ docker ' + line + '\\n');
const answers = JSON.parse(readFileSync(join(__dirname, 'answers.json'), 'utf8'));
const [, answer = {}] = Object.entries(answers).find(([begin]) => line.startsWith(begin)) ?? [];
process.stdout.write(answer.stdout ?? '');
process.stderr.write(answer.stderr ?? '');
if (answer.hangs) setInterval(() => {}, 60_000);
else process.exitCode = answer.code ?? 0;
`;
