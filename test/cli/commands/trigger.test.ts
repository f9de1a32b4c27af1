import { describe, expect, it } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { type Answer, fakeApi, problem } from '../support/fake-api.ts';
import { fakeTerminal, NOON } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { chunk, doneChunk, HEALTH, JOB_ID, job, lifeOfAJob, ordered, view } from '../support/samples.ts';

const POST = 'POST /backfill';
const GET = `GET /backfill/jobs/${JOB_ID}`;
const accepted = (of: JobDetail, joined = false): Answer => ({ status: 202, body: { ...of, joined } });

/** The API of one job that goes through these stages, one with each look at it. */
const stages = (views: readonly JobDetail[]) => ({
  [POST]: accepted(views[0]!),
  [GET]: (_received: unknown, times: number): Answer => ({
    body: views[Math.min(times + 1, views.length - 1)],
  }),
});

const ended = (over: Parameters<typeof job>[0], chunks = [doneChunk('c', 5)]) =>
  view(job({ finishedAt: NOON, ...over }), chunks);

describe('trigger', () => {
  it('orders what the options say and prints how to go on', async () => {
    await using api = await fakeApi({ [POST]: accepted(lifeOfAJob()[0]!) });
    const order = ['--symbols', 'BTCUSDT, ETHUSDT', '--from', '2025-10-01', '--to', '2025-11-01T00:00:00Z'];
    const rest = ['--timeframe', '1m', '--idempotency-key', 'k1'];
    const ran = await gordon(['backfill', 'klines', 'trigger', ...order, ...rest], { api: api.url });
    expect(ran).toEqual({
      code: 0,
      stderr: '',
      stdout:
        `job ${JOB_ID} queued: klines BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00\n` +
        `  follow it: gordon-data backfill job ${JOB_ID} --wait\n` +
        `  cancel it: gordon-data backfill cancel ${JOB_ID}\n`,
    });
    const [post] = api.received.filter(({ method }) => method === 'POST');
    expect(post!.body).toEqual({
      source: 'klines',
      symbols: ['BTCUSDT', 'ETHUSDT'],
      timeframe: '1m',
      from: '2025-10-01',
      to: '2025-11-01T00:00:00Z',
    });
    expect(post!.headers['idempotency-key']).toBe('k1');
  });

  it('leaves to the API what no option says, and takes a single source too', async () => {
    await using api = await fakeApi({ [POST]: accepted(view(job({ skipped: ['klines_perp ABC'] }))) });
    const ran = await gordon(['backfill', 'klines_spot', 'trigger'], { api: api.url });
    expect(api.received.at(-1)!.body).toEqual({ source: 'klines_spot' });
    expect(ran.stdout).toContain('\n  left out, not listed there: klines_perp ABC\n');
  });

  it('says that it joined the same order', async () => {
    await using api = await fakeApi({ [POST]: accepted(view(job()), true) });
    const ran = await gordon(['backfill', 'klines', 'trigger'], { api: api.url });
    expect(ran.stdout.split('\n')[1]).toBe(
      '  joined: the same order was at work already, and this is its job',
    );
  });

  it('waits with a line for every change in a pipe', async () => {
    await using api = await fakeApi(stages(lifeOfAJob()));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { api: api.url });
    expect(ran).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `job ${JOB_ID} queued: klines BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00`,
        'queued',
        'running 0%  0 rows  0 rows/s  0/2 chunks',
        // The next look came sooner than two seconds later, so it gave no line.
        'succeeded: 89,280 rows in 8.0 s (11,160 rows/s)',
        '',
      ].join('\n'),
    });
  });

  it('prints the job, and nothing else, with --json', async () => {
    await using api = await fakeApi(stages(lifeOfAJob()));
    const now = await gordon(['backfill', 'klines', 'trigger', '--json'], { api: api.url });
    expect([now.code, JSON.parse(now.stdout), now.stderr]).toEqual([0, ordered(lifeOfAJob()[0]!), '']);
    const after = await gordon(['backfill', 'klines', 'trigger', '--wait', '--json'], { api: api.url });
    expect([after.code, JSON.parse(after.stdout), after.stderr]).toEqual([0, lifeOfAJob()[3], '']);
  });

  it('labels simulated data', async () => {
    const health = { ...HEALTH, simulated: true };
    await using api = await fakeApi({ [POST]: accepted(lifeOfAJob()[0]!), 'GET /healthz': { body: health } });
    const ran = await gordon(['backfill', 'klines', 'trigger'], { api: api.url });
    expect(ran.stdout).toMatch(/^SIMULATED DATA: made by the venue simulator, not by a market\n/);
  });

  it.each([
    ['failed', 1],
    ['completed_with_gaps', 1],
    ['cancelled', 1],
    ['succeeded', 0],
  ] as const)('ends with the code of a job that %s', async (status, code) => {
    await using api = await fakeApi(stages([view(job()), ended({ status, rows: 8, reason: 'the reason' })]));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { api: api.url });
    expect(ran.code).toBe(code);
    expect(ran.stdout.split('\n').at(-2)).toBe(`${status}: 8 rows in 8.0 s (1 rows/s): the reason`);
  });

  it('says when everything was there', async () => {
    await using api = await fakeApi(stages([view(job()), ended({ status: 'succeeded' }, [])]));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { api: api.url });
    expect([ran.code, ran.stdout.split('\n').at(-2)]).toEqual([
      0,
      'nothing to fetch: everything requested was already there',
    ]);
  });

  it('reports what failed on stderr, with the causes', async () => {
    const error = { name: 'PermanentError', code: 'region-refused', message: 'HTTP 451' };
    const failures = Array.from({ length: 7 }, (_, i) => chunk(`chunk ${i}`, { state: 'failed', error }));
    await using api = await fakeApi(stages([view(job()), ended({ status: 'failed' }, failures)]));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { api: api.url });
    expect(ran.stderr).toBe('7 chunks, the same error: region-refused: HTTP 451 (chunk 0 and 6 more)\n');
  });

  it('shows a bar on a terminal', async () => {
    await using api = await fakeApi(stages(lifeOfAJob()));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], {
      api: api.url,
      tty: { out: true },
      env: { NO_COLOR: '1' },
    });
    expect(ran.stdout).toContain('░░░░░░░░░░░░░░░░░░░░░░░░   0%  queued');
    // The bar goes away: what stays is the verdict, at the beginning of a line.
    const clearLine = '\u001b[1G\u001b[2K';
    expect(ran.stdout.split(clearLine).at(-1)).toBe('succeeded: 89,280 rows in 8.0 s (11,160 rows/s)\n');
  });

  it('shows it on stderr beside --json, if that is a terminal', async () => {
    await using api = await fakeApi(stages(lifeOfAJob()));
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait', '--json'], {
      api: api.url,
      tty: { err: true },
    });
    expect(JSON.parse(ran.stdout)).toEqual(lifeOfAJob()[3]);
    expect(ran.stderr).toContain('  0%  queued');
  });

  it('keeps waiting while the API is away for a while', async () => {
    const life = lifeOfAJob();
    await using api = await fakeApi({
      [POST]: accepted(life[0]!),
      [GET]: (_received, times) => (times < 3 ? problem(503, 'database-busy', 'not now') : { body: life[3] }),
    });
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { api: api.url });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('\nnot now; waiting for it\n');
  });

  it('gives up when it stays away', async () => {
    await using api = await fakeApi({
      [POST]: accepted(lifeOfAJob()[0]!),
      [GET]: problem(503, 'database-busy', 'not now'),
    });
    const terminal = fakeTerminal({ env: { GORDON_API_URL: api.url } });
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { terminal });
    expect([ran.code, ran.stderr]).toEqual([1, 'gordon-data: not now\n']);
    expect(terminal.clock() - NOON).toBeGreaterThan(30_000);
    expect(terminal.clock() - NOON).toBeLessThan(35_000);
  });

  it('says on Ctrl-C that the job goes on', async () => {
    await using api = await fakeApi(stages([lifeOfAJob()[0]!]));
    const terminal = fakeTerminal({
      env: { GORDON_API_URL: api.url },
      onSleep: (passed) => {
        if (passed > 3_000) terminal.stop('SIGINT');
      },
    });
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { terminal });
    expect([ran.code, ran.stderr]).toEqual([
      130,
      `No longer waiting; job ${JOB_ID} goes on.\n` +
        `  follow it: gordon-data backfill job ${JOB_ID} --wait\n` +
        `  cancel it: gordon-data backfill cancel ${JOB_ID}\n`,
    ]);
    // Nobody listens any more: a second Ctrl-C ends the process as usual.
    expect(terminal.stop('SIGINT')).toBe(false);
  });

  it('says so also when the order was still under way', async () => {
    const terminal = fakeTerminal();
    await using api = await fakeApi({
      [POST]: () => {
        terminal.stop('SIGINT');
        return accepted(lifeOfAJob()[0]!);
      },
    });
    Object.assign(terminal.env, { GORDON_API_URL: api.url });
    const ran = await gordon(['backfill', 'klines', 'trigger', '--wait'], { terminal });
    expect([ran.code, ran.stderr]).toEqual([130, expect.stringContaining(`job ${JOB_ID} goes on.`)]);
  });
});
