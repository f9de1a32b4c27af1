import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SCRIPTS, type Shell } from '../../../cli/completion/scripts.ts';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

/** How to get from each shell, without a keyboard, what it would complete `line` to. */
const TRIED: Readonly<Record<Shell, (line: string) => readonly string[]>> = {
  bash: (line) => [
    '--norc',
    '-c',
    `eval "$(gordon-data completion bash)"
     COMP_WORDS=(${line}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
     _gordon_data; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // The function that it would hand the words to prints them instead.
  zsh: (line) => [
    '-f',
    '-c',
    `compdef() { :; }; _files() { :; }; _describe() { print -l "\${(P@)4%%:*}"; }
     eval "$(gordon-data completion zsh)"
     words=(${line}) CURRENT=\${#words}
     _gordon_data`,
  ],
  fish: (line) => ['--no-config', '-c', `gordon-data completion fish | source; complete -C '${line}'`],
};

const shells = (Object.keys(SCRIPTS) as Shell[]).map((shell) => ({
  shell,
  isHere: spawnSync(shell, ['--version']).error === undefined,
}));

describe.each(shells)('$shell', ({ shell, isHere }) => {
  const completed = (line: string): string[] => {
    const { stdout } = spawnSync(shell, TRIED[shell](line), {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
    });
    return stdout.split('\n').flatMap((one) => one.split('\t')[0] || []);
  };

  it.skipIf(!isHere)('completes commands and values', () => {
    expect(completed('gordon-data backfill rep')).toEqual(['report']);
    expect(completed('gordon-data backfill report --source klines,sent')).toEqual(['klines,sentiment']);
  });
});
