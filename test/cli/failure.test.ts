import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endingOf } from '../../cli/failure.ts';
import { GORDON_DIR } from '../../host/state-file.ts';

const failed = (code: string, path?: string, syscall = 'mkdir'): Error =>
  Object.assign(new Error(`${code}: something`), { code, syscall, ...(path && { path }) });

it.each([
  [
    'EROFS',
    join(GORDON_DIR, 'live'),
    'the file system is read-only (EROFS, mkdir). GORDON_DIR names another',
  ],
  ['ENOENT', join(GORDON_DIR, 'live'), 'its folder cannot be made (ENOENT, mkdir). GORDON_DIR names another'],
  ['EACCES', '/elsewhere/out', 'this user may not (EACCES, mkdir). Name another place'],
  ['ENOTDIR', join(GORDON_DIR, 'host.json'), 'a part of the path is no folder (ENOTDIR, mkdir). GORDON_DIR'],
])('%s at a place that cannot be used is one line that names it', (code, path, words) => {
  const { exitCode, message } = endingOf(failed(code, path));
  expect(exitCode).toBe(1);
  expect(message).toContain(`${path} cannot be used: ${words}`);
  expect(message).not.toContain('\n');
});

it.each([failed('ENOENT', '/a/file/of/the/program', 'open'), failed('EACCES')])(
  'what nobody foresaw keeps its stack',
  (error) => {
    expect(endingOf(error).message).toBe(error.stack);
  },
);
