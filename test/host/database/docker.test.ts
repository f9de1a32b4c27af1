import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findEngine, isPostgresRunning, startPostgres, stopPostgres } from '../../../host/database/docker.ts';
import { ENGINE, type FakeAnswer, type FakeDocker, fakeDocker } from '../../helpers/fake-docker.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
let docker: FakeDocker;
beforeEach(() => {
  docker = fakeDocker(ENGINE);
  vi.stubEnv('PATH', docker.path);
  vi.stubEnv('GORDON_PG_PORT', undefined);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  docker[Symbol.dispose]();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('finds an engine with Compose', async () => {
  expect(await findEngine()).toEqual({ answers: true, version: '27.3.1' });
  expect(docker.calls().toSorted()).toEqual([
    expect.stringMatching(/\$ docker compose version --short$/),
    expect.stringMatching(/\$ docker info --format \{\{\.ServerVersion\}\}$/),
  ]);
});

it.each<[string, Record<string, FakeAnswer>, string]>([
  ['a client without a server', { info: { code: 1, stderr: 'Cannot connect' } }, 'no Docker engine answers'],
  ['one that succeeds without a server', { info: { stdout: '\n' } }, 'no Docker engine answers'],
  ['no Compose', { 'compose version': { code: 1 } }, 'this Docker has no `docker compose`'],
])('does not take %s for one', async (_name, over, why) => {
  docker.answer({ ...ENGINE, ...over });
  expect(await findEngine()).toEqual({ answers: false, why });
});

it('needs no Docker to say that there is none', async () => {
  vi.stubEnv('PATH', '/nowhere');
  expect(await findEngine()).toEqual({ answers: false, why: 'there is no Docker here' });
});

it('does not wait for one that hangs', async () => {
  docker.answer({ ...ENGINE, info: { hangs: true } });
  // The fake never ends by itself: an answer shows that the program gave up.
  expect(await findEngine()).toEqual({ answers: false, why: '`docker info` says nothing within 4 s' });
});

it('starts the service in the root of the repository, and asks for the port that it has', async () => {
  docker.answer({ ...ENGINE, 'compose port': { stdout: '127.0.0.1:5433\n' } });
  expect(await startPostgres()).toBe('postgres://gordon:gordon@127.0.0.1:5433/gordon');
  expect(docker.calls()).toEqual([
    `${ROOT} $ docker compose up --detach --wait postgres`,
    `${ROOT} $ docker compose port postgres 5432`,
  ]);
});

it.each([
  'Bind for 127.0.0.1:5432 failed: port is already allocated',
  'failed to bind host port for 127.0.0.1:5432:172.18.0.2:5432/tcp: address already in use',
  'Ports are not available: exposing port TCP 127.0.0.1:5432 -> 0.0.0.0:0: listen tcp 127.0.0.1:5432: bind: address already in use',
])('names a port that somebody else has: %s', async (stderr) => {
  docker.answer({ ...ENGINE, 'compose up': { code: 1, stderr: `Error response from daemon: ${stderr}\n` } });
  await expect(startPostgres()).rejects.toMatchObject({
    code: 'port-in-use',
    subject: 'port 5432',
    remedy: expect.stringContaining('Choose another one, such as GORDON_PG_PORT='),
  });
});

it('passes on why it was not started, and where to look', async () => {
  docker.answer({ 'compose up': { code: 1, stderr: 'pulling\nno space left on device\n' } });
  await expect(startPostgres()).rejects.toMatchObject({
    code: 'docker-not-started',
    message: expect.stringMatching(/no space left on device\. See `docker compose logs postgres`/),
  });
  expect(process.stderr.write).toHaveBeenCalled();
});

it('sees whether it runs, and stops it', async () => {
  expect(await isPostgresRunning()).toBe(false);
  docker.answer({ 'compose ps': { stdout: '4711abcd\n' }, 'compose stop': { code: 1, stderr: 'no daemon' } });
  expect(await isPostgresRunning()).toBe(true);
  await expect(stopPostgres()).rejects.toMatchObject({ code: 'docker-not-stopped' });
  docker.answer({});
  await stopPostgres();
  expect(docker.calls().at(-1)).toBe(`${ROOT} $ docker compose stop postgres`);
});
