import { expect, it } from 'vitest';
import type { HostState } from '../../../host/state-file.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { gordon } from '../support/run.ts';

it('brings an empty database to the newest schema, and says so when there is nothing to do', async () => {
  await using database = await createTestDatabase('empty');
  const env = { GORDON_DATABASE_URL: database.url };
  const first = await gordon(['migrate'], { env });
  const lines = first.stdout.trimEnd().split('\n');
  expect([first.code, first.stderr, lines[0]]).toEqual([0, '', 'applied 0001.do.roles.sql']);
  const { host, pathname } = new URL(database.url);
  expect(lines.at(-1)).toMatch(new RegExp(`^${host}${pathname} has the newest schema: \\d+, postgres$`));
  expect(await gordon(['migrate'], { env })).toEqual({ code: 0, stderr: '', stdout: `${lines.at(-1)}\n` });
  // The host of this machine has a login that may; its readers' may not.
  const running = { databaseUrl: database.url, readerUrl: 'postgres://127.0.0.1:1/x' } as HostState;
  expect((await gordon(['migrate'], { host: running })).code).toBe(0);
});

it('says what went wrong in one line', async () => {
  expect(await gordon(['migrate'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'gordon-data: no database: set GORDON_DATABASE_URL to the one that is to be migrated\n',
  });
  const gone = await gordon(['migrate'], {
    env: { GORDON_DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' },
  });
  expect([gone.code, gone.stderr]).toEqual([
    1,
    expect.stringMatching(/^gordon-data: 127\.0\.0\.1:1\/x: .*\n$/),
  ]);
  expect(gone.stderr).not.toContain('secret');
});
