import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
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

describe('migrate --lambda', () => {
  /** Stands in for Lambda: the function answers with this. */
  async function withLambda(
    answer: unknown,
    failed: boolean,
    work: (env: Record<string, string>) => Promise<void>,
  ) {
    const called: string[] = [];
    const server = createServer((request, response) => {
      called.push(`${request.method} ${request.url}`);
      request.resume();
      response.writeHead(200, failed ? { 'X-Amz-Function-Error': 'Unhandled' } : {});
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await work({
        AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      });
      expect(called).toEqual(['POST /2015-03-31/functions/Stack-Migrate/invocations']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const run = (env: Record<string, string>) => gordon(['migrate', '--lambda', 'Stack-Migrate'], { env });

  it('has the function of a deployment migrate, and prints what it applied', async () => {
    const answer = { applied: ['0204.do.locks.sql'], version: 204, flavour: 'timescale' };
    await withLambda(answer, false, async (env) => {
      expect(await run(env)).toEqual({
        code: 0,
        stderr: '',
        stdout:
          'applied 0204.do.locks.sql\nthe database of Stack-Migrate has the newest schema: 204, timescale\n',
      });
    });
  });

  it('shows the error of the function', async () => {
    const answer = { errorType: 'PermanentError', errorMessage: 'h:5432/d: the roles are not ready.' };
    await withLambda(answer, true, async (env) => {
      expect(await run(env)).toEqual({
        code: 1,
        stderr: 'gordon-data: h:5432/d: the roles are not ready.\n',
        stdout: '',
      });
    });
  });
});
