import { describe, expect, it } from 'vitest';
import { type Answer, fakeApi, problem } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { HEALTH, JOB_ID, job, lifeOfAJob, reported, summary } from '../support/samples.ts';

const POST = 'POST /backfill';
const GET = `GET /backfill/jobs/${JOB_ID}`;

describe('what the API refuses', () => {
  it.each([
    [400, 'unknown-source', 2],
    [404, 'unknown-job', 2],
    [409, 'idempotency-mismatch', 2],
    [422, 'unknown-symbol', 2],
    [429, 'too-many-requests', 1],
    [500, 'unexpected', 1],
    [503, 'database-unreachable', 1],
  ])('as HTTP %d %s ends with the right code and one line', async (status, code, exit) => {
    await using api = await fakeApi({ [POST]: problem(status, code, 'FOO: no such thing.\nTry BAR.') });
    const ran = await gordon(['backfill', 'klines', 'trigger'], { api: api.url });
    expect(ran).toEqual({ code: exit, stdout: '', stderr: 'gordon-data: FOO: no such thing. Try BAR.\n' });
  });

  it('is reported in the words of the gateway before it', async () => {
    await using api = await fakeApi({
      [POST]: { status: 504, body: { message: 'Endpoint request timed out' } },
      'GET /backfill/report': { status: 401, body: { message: 'Unauthorized' } },
    });
    expect(await gordon(['backfill', 'klines', 'trigger'], { api: api.url })).toEqual({
      code: 1,
      stdout: '',
      stderr: `gordon-data: ${api.url}: HTTP 504: Endpoint request timed out.\n`,
    });
    const env = { GORDON_API_TOKEN: 'abc' };
    expect(await gordon(['backfill', 'report'], { api: api.url, env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `gordon-data: ${api.url}: HTTP 401: Unauthorized. Set GORDON_API_TOKEN to a token that it trusts.\n`,
    });
    expect(api.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      'Bearer abc',
    ]);
  });

  it('is read to its last page', async () => {
    const pages = ['BTCUSDT', 'ETHUSDT', 'XRPUSDT'].map((symbol) => ({ ...reported(), symbol }));
    await using api = await fakeApi({
      'GET /backfill/report': (_, times) => ({
        body: [pages[times]],
        headers: times < 2 ? { link: `</backfill/report?symbol=X&cursor=${times}>; rel="next"` } : {},
      }),
    });
    const { stdout } = await gordon(['backfill', 'report', '--json'], { api: api.url });
    expect(JSON.parse(stdout).map(({ symbol }: { symbol: string }) => symbol)).toEqual([
      'BTCUSDT',
      'ETHUSDT',
      'XRPUSDT',
    ]);
    const pagesRead = api.received.map(({ path }) => path).filter((path) => path !== '/healthz');
    expect(pagesRead).toEqual([
      '/backfill/report',
      '/backfill/report?symbol=X&cursor=0',
      '/backfill/report?symbol=X&cursor=1',
    ]);
  });

  it('is reported when another program answers', async () => {
    const page: Answer = { body: '<h1>It works!</h1>', headers: { 'content-type': 'text/html' } };
    await using api = await fakeApi({ 'GET /backfill/report': page });
    const ran = await gordon(['backfill', 'report'], { api: api.url });
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: `gordon-data: ${api.url} answers (HTTP 200, text/html) but not as gordon-data does: is it another program's port?\n`,
    });
  });

  it('is reported when the answer is of another version', async () => {
    await using api = await fakeApi({ 'GET /backfill/report': { body: [{ source: 'klines_spot' }] } });
    const ran = await gordon(['backfill', 'report'], { api: api.url });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/does not understand \(0\.symbol: .*\): is it the same version\?\n$/);
  });

  it('is reported when nobody is there', async () => {
    const api = await fakeApi({});
    await api.close();
    const ran = await gordon(['backfill', 'report'], { api: api.url });
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: `gordon-data: no gordon-data at ${api.url}: start it with \`make dev-up\`, or check GORDON_API_URL\n`,
    });
  });
});

describe('the list of jobs', () => {
  const LIST = 'GET /backfill/jobs';

  it('is of the active ones, page by page', async () => {
    const ids = ['3', '2', '1'].map((n) => JOB_ID.slice(0, -1) + n);
    await using api = await fakeApi({
      [LIST]: (_received, times) => ({
        body: [summary(job({ id: ids[times]! }))],
        headers: times < 2 ? { link: `</backfill/jobs?cursor=${ids[times]}>; rel="next"` } : {},
      }),
    });
    const ran = await gordon(['backfill', 'jobs', '--json'], { api: api.url });
    expect(JSON.parse(ran.stdout).map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(api.received.map(({ path }) => path)).toEqual([
      '/backfill/jobs?limit=50',
      `/backfill/jobs?cursor=${ids[0]}`,
      `/backfill/jobs?cursor=${ids[1]}`,
    ]);
  });

  it('takes a status, a source and a limit', async () => {
    await using api = await fakeApi({
      [LIST]: { body: [summary(job())], headers: { link: '</backfill/jobs?cursor=x>; rel="next"' } },
    });
    const args = ['backfill', 'jobs', '--status', 'failed,cancelled', '--source', 'klines', '--limit', '1'];
    const ran = await gordon(args, { api: api.url });
    expect(api.received.map(({ path }) => path)).toEqual([
      '/backfill/jobs?status=failed%2Ccancelled&source=klines&limit=1',
    ]);
    expect(ran.stdout.split('\n').slice(2)).toEqual(['the newest 1 job; for others: --limit', '']);
  });

  it('--all is every status, but what schedules ran without trouble', async () => {
    await using api = await fakeApi({
      [LIST]: (_received, times) => ({ body: times === 0 ? [] : [summary(job())] }),
    });
    const ran = await gordon(['backfill', 'jobs', '--all'], { api: api.url });
    expect(api.received[0]!.path).toBe('/backfill/jobs?status=all&quiet=false&limit=50');
    expect(ran.stdout).toBe('No job yet. Start one: gordon-data backfill klines trigger --wait\n');
    const some = await gordon(['backfill', 'jobs', '--all'], { api: api.url });
    expect(some.stdout).toMatch(/\nnot shown: runs of schedules that succeeded \(--origin all\)\n$/);
    const json = await gordon(['backfill', 'jobs', '--status', 'succeeded', '--json'], { api: api.url });
    expect(JSON.parse(json.stdout)).toHaveLength(1);
    expect(api.received.at(-1)!.path).toBe('/backfill/jobs?status=succeeded&quiet=false&limit=50');
  });

  it('--origin is who ordered them', async () => {
    await using api = await fakeApi({ [LIST]: { body: [] } });
    const list = (...args: string[]) => gordon(['backfill', 'jobs', '--all', ...args], { api: api.url });
    const ran = await list('--origin', 'schedule,audit');
    expect(ran.stdout).toBe('No such job is by schedule or audit.\n');
    await list('--origin', 'all');
    expect(api.received.map(({ path }) => path)).toEqual([
      '/backfill/jobs?status=all&origin=schedule%2Caudit&limit=50',
      '/backfill/jobs?status=all&limit=50',
    ]);
    const wrong = await list('--origin', 'me');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('order,schedule,audit,all')]);
  });

  it('says where the others are when there is none', async () => {
    await using api = await fakeApi({ [LIST]: { body: [] } });
    expect((await gordon(['backfill', 'jobs'], { api: api.url })).stdout).toBe(
      'No job is queued or running. Finished ones: gordon-data backfill jobs --all\n',
    );
    const failed = await gordon(['backfill', 'jobs', '--status', 'failed'], { api: api.url });
    expect(failed.stdout).toBe('No job is failed.\n');
    expect((await gordon(['backfill', 'jobs', '--json'], { api: api.url })).stdout).toBe('[]\n');
  });
});

describe('one job', () => {
  it('is shown, as text and as JSON', async () => {
    await using api = await fakeApi({ [GET]: { body: lifeOfAJob()[3] } });
    const text = await gordon(['backfill', 'job', JOB_ID], { api: api.url });
    expect(text.stdout).toContain('status:   succeeded\n');
    const json = await gordon(['backfill', 'job', JOB_ID, '--json'], { api: api.url });
    expect(JSON.parse(json.stdout)).toEqual(lifeOfAJob()[3]);
  });

  it('can be followed', async () => {
    const life = lifeOfAJob();
    await using api = await fakeApi({ [GET]: (_received, times) => ({ body: life[times] }) });
    const ran = await gordon(['backfill', 'job', JOB_ID, '--wait'], { api: api.url });
    expect([ran.code, ran.stdout.split('\n').at(-2)]).toEqual([
      0,
      'succeeded: 89,280 rows in 8.0 s (11,160 rows/s)',
    ]);
  });

  it('is cancelled', async () => {
    await using api = await fakeApi({
      [`DELETE /backfill/jobs/${JOB_ID}`]: { body: { status: 'cancelled' } },
      'DELETE /backfill/jobs/a%2Fb': problem(404, 'unknown-job', 'a/b: there is no such job.'),
    });
    expect(await gordon(['backfill', 'cancel', JOB_ID], { api: api.url })).toEqual({
      code: 0,
      stderr: '',
      stdout: `job ${JOB_ID} is cancelled; the rows that it wrote are kept\n`,
    });
    const unknown = await gordon(['backfill', 'cancel', 'a/b'], { api: api.url });
    expect([unknown.code, unknown.stderr]).toEqual([2, 'gordon-data: a/b: there is no such job.\n']);
  });
});

describe('the report', () => {
  const series = reported({
    gaps: [{ from: '2025-03-01T00:00:00Z', to: '2025-03-02T00:00:00Z', rows: 1_440, cause: 'ours' }],
    audited_at: '2025-11-20T12:00:00Z',
  });
  const simulated: Answer = { body: { ...HEALTH, simulated: true } };

  it('is a table, labelled when simulated, with gaps on demand', async () => {
    await using api = await fakeApi({
      'GET /backfill/report': { body: [series] },
      'GET /healthz': simulated,
    });
    const args = ['backfill', 'report', '--source', 'klines', '--symbol', 'BTCUSDT', '--gaps'];
    const ran = await gordon(args, { api: api.url });
    expect(ran.stdout.split('\n')).toEqual([
      'SIMULATED DATA: made by the venue simulator, not by a market',
      'Source       Symbol   Earliest             Latest               Gaps  Timeframe     Rows  Counted',
      'klines_spot  BTCUSDT  2024-11-21 00:00:00  2025-11-20 23:59:00     1  1m         525,600  2025-11-20 12:00:00',
      '',
      'klines_spot BTCUSDT 1m: 1 gap, 1,440 rows missing',
      '  2025-03-01 00:00:00 to 2025-03-02 00:00:00  1,440 rows  ours',
      '',
    ]);
    expect(api.received[0]!.path).toBe('/backfill/report?source=klines&symbol=BTCUSDT');
  });

  it('is one document with --json; the label is beside it', async () => {
    await using api = await fakeApi({
      'GET /backfill/report': { body: [series] },
      'GET /healthz': simulated,
    });
    const ran = await gordon(['backfill', 'report', '--json'], { api: api.url });
    expect(JSON.parse(ran.stdout)).toEqual([series]);
    expect(ran.stderr).toBe('SIMULATED DATA: made by the venue simulator, not by a market\n');
  });

  it('is shown also when it cannot be known whether the data are simulated', async () => {
    await using api = await fakeApi({
      'GET /backfill/report': { body: [] },
      'GET /healthz': problem(500, 'unexpected', 'no idea'),
    });
    const ran = await gordon(['backfill', 'report'], { api: api.url });
    expect([ran.code, ran.stderr]).toEqual([
      0,
      'gordon-data: whether the data are simulated is not known: no idea\n',
    ]);
    expect(ran.stdout).toMatch(/^The warehouse is empty\. /);
  });
});
