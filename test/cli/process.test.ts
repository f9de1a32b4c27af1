import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Answer, type FakeApi, fakeApi, problem } from './support/fake-api.ts';
import { JOB_ID, lifeOfAJob, ordered, reported } from './support/samples.ts';

const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const CLI = fileOf('cli/gordon-data.ts');
const LAUNCHER = fileOf('bin/gordon-data');

const TRIGGER = ['backfill', 'klines', 'trigger', '--wait'];

/** The program as a process of its own, its three streams pipes. */
function start(args: readonly string[], api: FakeApi, node = process.execPath, script = CLI) {
  const env = { ...process.env, GORDON_API_URL: api.url, FORCE_COLOR: '' };
  const child = spawn(node, [script, ...args], { env });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code, signal]]) => ({
      stdout,
      stderr,
      // As a shell counts: a second signal can meet a process that has already let go of its handlers.
      code: (code as number | null) ?? 128 + constants.signals[signal as NodeJS.Signals],
    }),
  );
  return { child, ended };
}

const jobApi = (last: Answer): Promise<FakeApi> =>
  fakeApi({
    'POST /backfill': { status: 202, body: ordered(lifeOfAJob()[0]!) },
    [`GET /backfill/jobs/${JOB_ID}`]: (_received, times) =>
      times < 2 ? { body: lifeOfAJob()[times] } : last,
  });

describe('the process', () => {
  it('waits in a pipe line by line, and ends with 0', async () => {
    await using api = await jobApi({ body: lifeOfAJob()[3] });
    const ran = await start(TRIGGER, api).ended;
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout.trimEnd().split('\n').at(-1)).toMatch(/^succeeded: 89,280 rows in 8\.0 s/);
    // Neither carriage returns nor escape sequences.
    expect([...ran.stdout].filter((c) => c !== '\n' && c < ' ')).toEqual([]);
  });

  it('ends with its last word, though something such as a silent name server still holds it', () => {
    const held = 'data:text/javascript,setInterval(() => {}, 1000)';
    const ran = spawnSync(process.execPath, ['--import', held, CLI, '--help'], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([ran.status, ran.signal]).toEqual([0, null]);
    expect(ran.stdout.trimEnd()).toMatch(/no colours$/);
  });

  it('ends with 1 and with 2', async () => {
    await using broken = await fakeApi({ 'POST /backfill': problem(500, 'unexpected', 'it broke') });
    expect(await start(TRIGGER, broken).ended).toMatchObject({ code: 1, stderr: 'gordon-data: it broke\n' });
    await using refusing = await fakeApi({ 'POST /backfill': problem(422, 'unknown-symbol', 'no FOO') });
    expect(await start(TRIGGER, refusing).ended).toMatchObject({ code: 2, stderr: 'gordon-data: no FOO\n' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends at %s with %d, says that the job goes on, and bears the signal twice',
    async (signal, code) => {
      await using api = await jobApi({ body: lifeOfAJob()[1] });
      const { child, ended } = start(TRIGGER, api);
      await once(child.stdout, 'data');
      child.kill(signal);
      child.kill(signal);
      const ran = await ended;
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(`job ${JOB_ID} goes on.\n`)]);
    },
  );

  it('does not complain when its reader has seen enough', async () => {
    await using api = await jobApi({ body: lifeOfAJob()[1] });
    const { child, ended } = start(TRIGGER, api);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const ran = await ended.catch(() => undefined);
    if (child.exitCode === null) await once(child, 'exit');
    expect([child.exitCode, ran?.stderr ?? '']).toEqual([141, '']);
  });

  it('writes a large document whole before it ends', async () => {
    const series = (i: number) => reported({ symbol: `COIN${i}`, earliest: null, latest: null, rows: 0 });
    await using api = await fakeApi({
      'GET /backfill/report': { body: Array.from({ length: 5_000 }, (_, i) => series(i)) },
    });
    const ran = await start(['backfill', 'report', '--json'], api).ended;
    expect(JSON.parse(ran.stdout)).toHaveLength(5_000);
  });
});

/** An older Node on the PATH, as most machines have one. */
function olderNode(): string | undefined {
  const which = spawnSync('which', ['-a', 'node'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  return which.find((node) => {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
    return Number(/^v(\d+)/.exec(version)?.[1]) < 24;
  });
}

describe('the launcher', () => {
  it('is the program itself on a Node that can run it', async () => {
    await using api = await jobApi({ body: lifeOfAJob()[3] });
    const ran = await start(TRIGGER, api, process.execPath, LAUNCHER).ended;
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });

  it('brings its own Node where there is an older one: streams, codes and signals pass through', async (test) => {
    const node = olderNode();
    if (!node) return test.skip('there is no Node before 24 on the PATH');
    await using refusing = await fakeApi({ 'POST /backfill': problem(422, 'unknown-symbol', 'no FOO') });
    const refused = await start(TRIGGER, refusing, node, LAUNCHER).ended;
    expect([refused.code, refused.stderr]).toEqual([2, 'gordon-data: no FOO\n']);

    await using api = await jobApi({ body: lifeOfAJob()[1] });
    const { child, ended } = start(TRIGGER, api, node, LAUNCHER);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const ran = await ended;
    expect([ran.code, ran.stderr]).toEqual([130, expect.stringContaining(`job ${JOB_ID} goes on.\n`)]);
  });
});
