import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../functions/core/jobs/job.ts';
import type { JobStore } from '../../functions/core/jobs/ports.ts';
import { createStream } from '../../functions/http/jobs/list-jobs-stream.ts';
import {
  createJobFeed,
  type FeedEvent,
  MOST_LISTENERS,
  noticed,
} from '../../functions/runtime/ports/job-feed.ts';
import type { Services } from '../../functions/runtime/services.ts';
import type { Streamed } from '../../functions/runtime/stream-handler.ts';
import { sources } from '../../functions/sources/index.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../simulation/memory/jobs/job-tables.ts';

const ORDER: JobOrder = {
  source: 'klines',
  sources: ['klines_spot'],
  symbols: ['BTCUSDT'],
  skipped: [],
  timeframe: '1m',
  alsoRequested: false,
  from: 0,
  to: 60_000,
};

/** A feed whose pauses end when the test says so. */
function setUp(more: Partial<JobStore> = {}) {
  let now = Date.UTC(2026, 0);
  const store = { ...createMemoryJobStore(emptyJobTables(), () => now++), ...more };
  const pauses = new Set<{ readonly ms: number; end(): void }>();
  let looks = 0;
  const counted: JobStore = {
    ...store,
    list: (filter) => {
      looks += 1;
      return store.list(filter);
    },
  };
  const wait = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const pause = {
        ms,
        end: () => {
          pauses.delete(pause);
          resolve();
        },
      };
      if (signal.aborted) resolve();
      else {
        pauses.add(pause);
        signal.addEventListener('abort', pause.end);
      }
    });
  const jobs = noticed(store, () => feed.written());
  const feed = createJobFeed({ jobs: () => counted, wait });
  return {
    jobs,
    feed,
    looks: () => looks,
    pauses,
    /** Ends pauses of so many ms, when there are some. */
    async pass(...lengths: number[]) {
      for (const ms of lengths) {
        await expect.poll(() => [...pauses].some((pause) => pause.ms === ms)).toBe(true);
        for (const pause of pauses) if (pause.ms === ms) pause.end();
      }
    },
  };
}
const gone = new AbortController();
gone.abort();
const here = new AbortController().signal;
const briefly = ({ value }: IteratorResult<FeedEvent>): unknown =>
  value?.kind === 'change' ? [value.change.job.id, value.change.job.status] : value?.kind;

describe('a feed of jobs', () => {
  it('looks at the job table once for all who listen, and not at all for nobody', async () => {
    const at = setUp();
    const listeners = [at.feed.listen(undefined, here), at.feed.listen(undefined, here)];
    expect((await Promise.all(listeners.map((one) => one.next()))).map(briefly)).toEqual(['begin', 'begin']);
    const { job } = await at.jobs.create(ORDER);
    const next = listeners.map((one) => one.next());
    // Who writes in this process ends the longer of the two pauses.
    await at.pass(250);
    const queued = [job.id, 'queued'];
    expect((await Promise.all(next)).map(briefly)).toEqual([queued, queued]);
    const looked = at.looks();
    await at.pass(250, 750);
    await expect.poll(at.looks).toBe(looked + 1);
    for (const one of listeners) await one.return(undefined);
    await expect
      .poll(() => {
        for (const pause of at.pauses) pause.end();
        return at.pauses.size;
      })
      .toBe(0);
    expect(at.looks()).toBe(looked + 1);
  });

  it('goes on after the event that a listener names, and gives one that is slow the newest state', async () => {
    const at = setUp();
    const first = at.feed.listen(undefined, here);
    const begun = (await first.next()).value as FeedEvent & { readonly kind: 'begin' };
    const { job } = await at.jobs.create(ORDER);
    await at.jobs.start(job.id, 1);
    const again = at.feed.listen(begun.id, here);
    expect(briefly(await again.next())).toEqual([job.id, 'running']);
    await at.jobs.finish(job.id, { status: 'failed', rows: 0 });
    const next = again.next();
    await at.pass(250);
    expect([briefly(await next), briefly(await first.next())]).toEqual(Array(2).fill([job.id, 'failed']));
    await first.return(undefined);
    await again.return(undefined);
  });

  it('gives a sign of life, and ends with its host or its listener', async () => {
    const at = setUp();
    const leaves = new AbortController();
    const [stays, other] = [at.feed.listen(undefined, here), at.feed.listen(undefined, leaves.signal)];
    await Promise.all([stays.next(), other.next()]);
    const beat = stays.next();
    await at.pass(15_000);
    expect(briefly(await beat)).toBe('beat');
    const left = other.next();
    leaves.abort();
    expect((await left).done).toBe(true);
    const last = stays.next();
    at.feed.close();
    expect((await last).done).toBe(true);
  });

  it('fails its listeners when the job table fails, and begins anew for the next one', async () => {
    let broken = false;
    const table = createMemoryJobStore(emptyJobTables(), Date.now);
    const at = setUp({
      list: async (filter) => {
        if (broken) throw new Error('the job table is away');
        return table.list(filter);
      },
    });
    const one = at.feed.listen(undefined, here);
    await one.next();
    broken = true;
    const next = one.next();
    const failed = expect(next).rejects.toThrow('the job table is away');
    await at.pass(250, 750);
    await failed;
    broken = false;
    const later = at.feed.listen(undefined, here);
    expect(briefly(await later.next())).toBe('begin');
    await later.return(undefined);
  });
});

describe('the list of jobs as events', () => {
  const ask = async (at: ReturnType<typeof setUp>, headers: object, query: object = {}, signal = here) =>
    createStream(async () => ({ jobs: at.jobs, jobFeed: at.feed, sources }) as unknown as Services)(
      { headers, queryStringParameters: query, path: '/' } as unknown as APIGatewayProxyEvent,
      signal,
    );
  const EVENTS = { accept: 'text/event-stream' };

  it('is left to the usual handler where the client takes none', async () => {
    const at = setUp();
    expect(await ask(at, {})).toBeUndefined();
    expect(await ask(at, { accept: 'application/json, */*' })).toBeUndefined();
    expect(await ask(at, EVENTS, { status: 'sleeping' })).toMatchObject({ statusCode: 400 });
  });

  it('begins with the list at once, goes on with jobs of the source, and can be taken up again', async () => {
    const at = setUp();
    const { job } = await at.jobs.create(ORDER);
    const answer = (await ask(at, EVENTS, { source: 'klines', status: 'all' })) as Streamed;
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
    const pieces = (answer.body as AsyncGenerator<string>)[Symbol.asyncIterator]();
    expect((await pieces.next()).value).toBe('retry: 2000\n\n');
    const [name, id, data] = String((await pieces.next()).value).split('\n');
    expect(name).toBe('event: jobs');
    expect(JSON.parse(data!.slice('data: '.length))).toMatchObject([{ id: job.id, status: 'queued' }]);
    await at.jobs.create({ ...ORDER, source: 'funding' });
    await at.jobs.cancel(job.id);
    const next = pieces.next();
    await at.pass(250);
    expect((await next).value).toMatch(/^event: job\nid: \S+\ndata: \{.*"cancelled".*\}\n\n$/);
    await pieces.return?.(undefined);
    const again = (await ask(at, { ...EVENTS, 'last-event-id': id!.slice('id: '.length) })) as Streamed;
    let text = '';
    for await (const piece of again.body) {
      text += piece;
      if (text.includes('funding')) break;
    }
    expect(text).not.toContain('event: jobs');
    expect(text.match(/event: job\n/g)).toHaveLength(2);
  });

  it('goes on with jobs of an origin, also when one of them becomes what the list leaves out', async () => {
    const at = setUp();
    const run = (await at.jobs.create({ ...ORDER, scheduled: true })).job;
    const query = { origin: 'schedule', quiet: 'false', status: 'all' };
    const { body } = (await ask(at, EVENTS, query)) as Streamed;
    const pieces = (body as AsyncGenerator<string>)[Symbol.asyncIterator]();
    await pieces.next();
    expect((await pieces.next()).value).toContain(run.id);
    await at.jobs.create(ORDER);
    await at.jobs.finish(run.id, { status: 'succeeded', rows: 1 });
    const next = pieces.next();
    await at.pass(250);
    const { value } = await next;
    expect(value).toContain(`"id":"${run.id}"`);
    expect(value).toContain('"succeeded"');
    await pieces.return?.(undefined);
    expect(await ask(at, EVENTS, { origin: 'me' })).toMatchObject({ statusCode: 400 });
  });

  it('is refused where too many listen', async () => {
    const at = setUp();
    const all = Array.from({ length: MOST_LISTENERS }, () => at.feed.listen(undefined, here));
    await Promise.all(all.map((one) => one.next()));
    expect(await ask(at, EVENTS)).toMatchObject({ statusCode: 429 });
    await all.pop()!.return(undefined);
    expect(await ask(at, EVENTS)).toMatchObject({ statusCode: 200 });
  });
});
