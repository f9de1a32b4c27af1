import { describe, expect, it } from 'vitest';
import { type Answer, fakeApi, problem } from '../support/fake-api.ts';
import { fakeTerminal, NOON } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { JOB_ID, job, summary, view } from '../support/samples.ts';

const LIST = 'GET /backfill/jobs';
const done = view(job({ status: 'succeeded', rows: 9, finishedAt: NOON }));

/** Running, away for a moment, and then no longer listed. */
const life = (_received: unknown, times: number): Answer =>
  times === 0 ? { body: [summary(job())] } : times === 1 ? problem(503, 'unexpected', 'busy') : { body: [] };

const routes = { [LIST]: life, [`GET /backfill/jobs/${JOB_ID}`]: { body: done } };

/** A terminal at which Ctrl-C is pressed while it waits for the n-th time. */
function stoppedAt(wait: number, options: Parameters<typeof fakeTerminal>[0]) {
  let waits = 0;
  const terminal = fakeTerminal({
    ...options,
    onSleep() {
      waits += 1;
      if (waits === wait) terminal.stop('SIGINT');
    },
  });
  return terminal;
}

describe('jobs --watch', () => {
  it('prints a line for each change where no terminal is, and ends well', async () => {
    await using api = await fakeApi(routes);
    const terminal = stoppedAt(4, { env: { GORDON_API_URL: api.url } });
    const ran = await gordon(['backfill', 'jobs', '--watch'], { terminal });
    const order = 'klines BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00';
    expect(ran).toEqual({
      code: 0,
      stdout: `${JOB_ID} running: ${order}\n${JOB_ID} succeeded: ${order}\n`,
      stderr: 'gordon-data: busy; waiting for it\n',
    });
  });

  it('replaces one picture by the next on a terminal', async () => {
    await using api = await fakeApi(routes);
    const env = { GORDON_API_URL: api.url, NO_COLOR: '1' };
    const terminal = stoppedAt(3, { env, tty: { out: true } });
    const { stdout } = await gordon(['backfill', 'jobs', '--watch'], { terminal });
    const pictures = stdout.split('\u001b[J').slice(1);
    expect(pictures.map((one) => /running|succeeded/.exec(one)?.[0])).toEqual([
      'running',
      'running',
      'succeeded',
    ]);
    // Each goes back over all lines of the one before.
    const lines = pictures[0]!.split('\n').length - 1;
    expect(pictures[0]).toMatch(new RegExp(`\\u001b\\[${lines}A$`));
  });

  it('is refused beside --json', async () => {
    const ran = await gordon(['backfill', 'jobs', '--watch', '--json'], { api: 'http://127.0.0.1:1' });
    expect([ran.code, ran.stderr]).toEqual([
      2,
      expect.stringMatching(/--watch.*cannot be used with.*--json/),
    ]);
  });
});
