import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contextFor } from '../../cli/commands/context.ts';
import { COMMANDS, hintsFor } from '../../cli/hints.ts';
import { buildProgram } from '../../cli/program.ts';
import { fakeApi } from './support/fake-api.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { gordon } from './support/run.ts';

const root = '/srv/gordon data';
const launcher = `${root}/bin/gordon-data`;
const path = '/usr/local/bin:/usr/bin';

describe('a command that is named to the user', () => {
  it.each([
    ['linked', { script: '/usr/local/bin/gordon-data', cwd: '/home/me' }, 'gordon-data'],
    [
      'on the PATH by its folder',
      { script: launcher, cwd: root, path: `${root}/bin:/usr/bin` },
      'gordon-data',
    ],
    ['by its path in the clone', { script: launcher, cwd: root }, 'bin/gordon-data'],
    ['beside it', { script: launcher, cwd: `${root}/bin` }, './gordon-data'],
    ['from elsewhere', { script: launcher, cwd: '/home/me' }, `'${launcher}'`],
    ['without its launcher', { script: `${root}/cli/gordon-data.ts`, cwd: root }, 'bin/gordon-data'],
    ['by a program', { script: undefined, cwd: root }, 'bin/gordon-data'],
  ])('is as it works for one who started it %s', (_, started, name) => {
    const hint = hintsFor({ path, root, ...started });
    expect(hint('Run `gordon-data migrate`.')).toBe(`Run \`${name} migrate\`.`);
    expect(hint('bin/gordon-data sql "SELECT 1"')).toBe(`${name} sql "SELECT 1"`);
  });

  it('is not a target of the Makefile outside the clone', () => {
    const at = (cwd: string) => hintsFor({ script: '/usr/bin/gordon-data', path, root, cwd });
    expect(at(root)('start it with `make dev-up`')).toBe('start it with `make dev-up`');
    expect(at('/tmp')('start it with `make dev-up`')).toBe('start it with `gordon-data up`');
    expect(at('/tmp')('Stop it first: make dev-down.')).toBe('Stop it first: gordon-data down.');
    expect(at('/tmp')('`make demo` works')).toBe('`gordon-data up --demo && gordon-data seed --demo` works');
    expect(at('/tmp')('make demo-day, make haste')).toBe('make demo-day, make haste');
  });

  it('is not looked for in what only speaks of the program', () => {
    const hint = hintsFor({ script: launcher, path, root, cwd: root });
    for (const text of [
      'gordon-data is up',
      'gordon-data: it broke',
      'no gordon-data at http://127.0.0.1:1',
      '/opt/gordon-data sql',
    ])
      expect(hint(text)).toBe(text);
  });

  it('is one that there is', () => {
    const { commands } = buildProgram(
      contextFor(fakeTerminal(), () => undefined),
      () => {},
    );
    expect(commands.map((command) => command.name()).sort()).toEqual([...COMMANDS].sort());
  });

  it('is so in errors, results and help, and not in a document for programs', async () => {
    const hint = hintsFor({ script: '/x/bin/gordon-data', path, root: '/x', cwd: '/home/me' });
    const lost = await gordon(['sql', 'SELECT 1'], { hint });
    expect(lost.stderr).toContain('start one with `/x/bin/gordon-data up`');
    await using api = await fakeApi({
      'GET /backfill/report': { body: [] },
      'GET /backfill/jobs': { body: [] },
    });
    expect((await gordon(['backfill', 'report'], { api: api.url, hint })).stdout).toContain(
      'Fill it: /x/bin/gordon-data backfill klines trigger',
    );
    expect((await gordon(['--help'], { hint })).stdout).toContain('\n  /x/bin/gordon-data doctor ');
    expect((await gordon(['backfill', 'report', '--json'], { api: api.url, hint })).stdout).toBe('[]\n');
  });
});

describe('ports that are named to the user', () => {
  it('are those of the host, or those that it would take', async () => {
    const env = { GORDON_JOBS_PORT: '18081' };
    expect((await gordon(['backfill', 'jobs'], { env })).stderr).toContain(
      'no gordon-data at http://127.0.0.1:18081:',
    );
    const bad = await gordon(['backfill', 'jobs'], { env: { ...env, GORDON_API_URL: 'here' } });
    expect(bad.stderr).toContain('write it as http://127.0.0.1:18081\n');
  });
});

describe('the program as `gordon-data`', () => {
  const clone = fileURLToPath(new URL('../..', import.meta.url));
  const prefix = mkdtempSync(join(tmpdir(), 'gordon-link-'));
  const npm = { ...process.env, HOME: prefix, NPM_CONFIG_PREFIX: prefix };
  beforeAll(() => {
    const args = ['link', '--offline', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', args, { cwd: clone, env: npm, stdio: 'pipe' });
  });
  afterAll(() => rmSync(prefix, { recursive: true }));

  /** By its name in another folder, as a shell finds it. */
  const started = (bin: string, args: string, api: string) =>
    spawnSync('sh', ['-c', `gordon-data ${args}`], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: prefix, GORDON_API_URL: api },
    });

  it.each([
    ['after `npm link`', join(prefix, 'bin')],
    ['with the clone’s folder on the PATH', join(clone, 'bin')],
  ])('is found in any folder %s, and names itself so', async (_, bin) => {
    const gone = await fakeApi({});
    await gone.close();
    expect(started(bin, '--help', gone.url).stdout).toContain('\n  gordon-data doctor ');
    const lost = started(bin, 'backfill jobs', gone.url);
    expect([lost.status, lost.stderr]).toEqual([
      1,
      `gordon-data: no gordon-data at ${gone.url}: start it with \`gordon-data up\`, or check GORDON_API_URL\n`,
    ]);
  });
});
