import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SCRIPTS, type Shell } from '../../../cli/completion/scripts.ts';

const END = '---';
const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

/** How to get from each shell, without a keyboard, what it would complete each line to; the words of the next one follow `END`. */
const TRIED: Readonly<Record<Shell, (lines: readonly string[]) => readonly string[]>> = {
  bash: (lines) => [
    '--norc',
    '-c',
    `eval "$(gordon-data completion bash)"
     ${lines
       .map(
         (line) => `COMP_WORDS=(${line}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
     _gordon_data; printf '%s\\n' "\${COMPREPLY[@]}"; echo ${END}`,
       )
       .join('\n')}`,
  ],
  // The function that it would hand the words to prints them instead.
  zsh: (lines) => [
    '-f',
    '-c',
    `compdef() { :; }; _files() { :; }; _describe() { print -l "\${(P@)4%%:*}"; }
     eval "$(gordon-data completion zsh)"
     ${lines.map((line) => `words=(${line}) CURRENT=\${#words}; _gordon_data; echo ${END}`).join('\n')}`,
  ],
  fish: (lines) => [
    '--no-config',
    '-c',
    `gordon-data completion fish | source; ${lines.map((line) => `complete -C '${line}'; echo ${END}`).join('; ')}`,
  ],
};

const shells = (Object.keys(SCRIPTS) as Shell[]).map((shell) => ({
  shell,
  isHere: spawnSync(shell, ['--version']).error === undefined,
}));

describe.each(shells)('$shell', ({ shell, isHere }) => {
  const completed = (...lines: readonly string[]): string[][] => {
    const { stdout } = spawnSync(shell, TRIED[shell](lines), {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
    });
    const answers = stdout.split(`${END}\n`).slice(0, -1);
    return answers.map((words) => words.split('\n').flatMap((one) => one.split('\t')[0] || []));
  };

  it.skipIf(!isHere)('completes commands and values', () => {
    const lines = ['gordon-data backfill rep', 'gordon-data backfill report --source klines,sent'];
    expect(completed(...lines)).toEqual([['report'], ['klines,sentiment']]);
  });
});
