import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FaultHost, freshSlice, NO_DAILY_FILES, startFaultHost } from '../helpers/faults/host.ts';

/** The same work done twice at once: every row once, every count right. */
let at: FaultHost;
beforeAll(async () => {
  at = await startFaultHost({ tableInMemory: true });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.calm());

describe('two jobs on one range', () => {
  it.each([
    ['from files', false],
    ['from pages', true],
  ])('%s at once share the rows', async (_what, byPages) => {
    const slice = freshSlice(2);
    if (byPages) at.venues.faults.add(NO_DAILY_FILES);
    // With keys of their own: without one the second order would join the first.
    const orders = await Promise.all(
      ['one', 'two'].map((who) =>
        at.order(at.orderOf(slice), { 'idempotency-key': `${who} ${slice.symbol} ${slice.from}` }),
      ),
    );
    const jobs = await Promise.all(orders.map(({ id }) => at.settled(id)));
    expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(jobs[0]!.rows_fetched + jobs[1]!.rows_fetched).toBe(2_880);
    await at.recovers(slice, ...jobs);
  });

  it('that overlap in part share what both want', async () => {
    const slice = freshSlice(3);
    const day = 86_400_000;
    const early = { ...slice, to: slice.to - day };
    const late = { ...slice, from: slice.from + day };
    const orders = await Promise.all([at.order(at.orderOf(early)), at.order(at.orderOf(late))]);
    const jobs = await Promise.all(orders.map(({ id }) => at.settled(id)));
    expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(jobs[0]!.rows_fetched + jobs[1]!.rows_fetched).toBe(3 * 1_440);
    await at.recovers(slice, ...jobs);
  });
});

describe('the same order without a key', () => {
  interface OrderedJob {
    readonly id: string;
    readonly joined: boolean;
  }
  const order = (body: object) =>
    at.ask<OrderedJob>('/backfill', { method: 'POST', body: JSON.stringify(body) });

  it('joins the job at work, also when both come at once', async () => {
    const slice = freshSlice(2);
    const held = at.hold('plan-wave', 'before');
    const body = at.orderOf(slice) as { from: string; to: string };
    const withinStep = (time: string): string => new Date(Date.parse(time) + 30_000).toISOString();
    // In other words: the range begins or ends within the same steps, and no candle is lost.
    const inside = { ...body, from: withinStep(body.from) };
    const all = await Promise.all([order(inside), order(inside), order(body)]);
    const [one] = all;
    expect(all.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(all.map((each) => each.body.id)).size).toBe(1);
    expect(all.map((each) => each.body.joined).sort()).toEqual([false, true, true]);
    await held.reached;
    const late = await order({ ...inside, to: withinStep(body.to) });
    expect(late).toMatchObject({ status: 202, body: { id: one.body.id, joined: true } });
    expect(late.headers.get('location')).toBe(`/backfill/jobs/${one.body.id}`);
    held.release();
    const job = await at.settled(one.body.id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 2_880 });
    const after = await order(body);
    expect(after.body).toMatchObject({ joined: false });
    expect(after.body.id).not.toBe(job.id);
    await at.recovers(slice, job, await at.settled(after.body.id));
  });
});

describe('a function that is called twice for the same event at once', () => {
  it.each([
    ['fetch-chunk', false],
    ['fetch-chunk', true],
    ['plan-wave', false],
    ['finalize-job', false],
  ])('%s (pages: %s)', async (handler, byPages) => {
    const slice = freshSlice();
    if (byPages) at.venues.faults.add(NO_DAILY_FILES);
    at.around = async (called, event, invoke) => {
      if (called !== handler) return invoke(event);
      const [answer] = await Promise.all([invoke(event), invoke(event)]);
      return answer;
    };
    const job = await at.trigger(slice);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 1_440 });
    await at.recovers(slice, job);
  });

  it('fetch-chunk once more after the job has ended changes nothing', async () => {
    const slice = freshSlice();
    let again: (() => Promise<unknown>) | undefined;
    at.around = (called, event, invoke) => {
      if (called === 'fetch-chunk') again = () => invoke(event);
      return invoke(event);
    };
    const job = await at.trigger(slice);
    await again!();
    expect(await at.settled(job.id)).toMatchObject({ status: 'succeeded', rows_fetched: 1_440 });
    await at.recovers(slice, job);
  });
});
