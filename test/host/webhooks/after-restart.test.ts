import { expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { ProgramEvent } from '../../../functions/core/workflow/events.ts';
import { ItemFile } from '../../../functions/stores/sqlite/item-file.ts';
import { createJobStore } from '../../../functions/stores/sqlite/job-store.ts';
import { announceLastEnds } from '../../../host/jobs/after-restart.ts';
import { order } from '../../conformance/job-store.ts';

const NOW = Date.UTC(2026, 4, 10);

/** A job table after a host was killed, and what the next one announces of it. */
function killed() {
  const time = { now: NOW };
  const file = new ItemFile(':memory:', () => time.now);
  const jobs = createJobStore(file, () => time.now);
  const make = async (more = {}) => (await jobs.create({ ...order, ...more })).job.id;
  const end = (id: string, status: 'succeeded' | 'completed_with_gaps' | 'failed', more = {}) =>
    jobs.finish(id, { status, rows: 7, ...more });
  const announced = async (): Promise<(readonly [string, unknown])[]> => {
    const heard: ProgramEvent[] = [];
    const events = { publish: async (all: readonly ProgramEvent[]) => void heard.push(...all) };
    await announceLastEnds({ jobs, events, clock: () => time.now });
    return heard.map(({ type, detail }) => [type, detail.jobId] as const);
  };
  return { time, make, end, announced, [Symbol.dispose]: () => file.close() };
}

it('the ends of the last seconds before a host was killed are announced by the next one, with all their events', async () => {
  using at = killed();
  const [before, first, last] = [await at.make(), await at.make(), await at.make()];
  await at.end(before, 'succeeded');
  at.time.now += MINUTE;
  await at.end(first, 'completed_with_gaps', { reason: 'why' });
  at.time.now += SECOND;
  await at.end(last, 'failed', { reason: 'why' });
  at.time.now += 5 * MINUTE;
  expect((await at.announced()).toSorted()).toEqual(
    [
      ['GapFound', first],
      ['JobFailed', last],
      ['JobFinished', first],
    ].toSorted(),
  );
});

it('an order of hours ago is found among a hundred turns of schedules that came after it', async () => {
  using at = killed();
  const id = await at.make();
  for (let i = 0; i < 120; i++) {
    at.time.now += MINUTE;
    await at.end(await at.make({ scheduled: true }), 'succeeded', { origin: 'schedule' });
  }
  await at.end(id, 'succeeded');
  expect(await at.announced()).toContainEqual(['JobFinished', id]);
});

it('nothing is announced of what the outbox may have forgotten, nor where no job has ended', async () => {
  using at = killed();
  expect(await at.announced()).toEqual([]);
  const id = await at.make();
  expect(await at.announced()).toEqual([]);
  await at.end(id, 'succeeded');
  at.time.now += 2 * DAY - 61 * MINUTE;
  expect(await at.announced()).toHaveLength(1);
  at.time.now += 2 * MINUTE;
  expect(await at.announced()).toEqual([]);
});
