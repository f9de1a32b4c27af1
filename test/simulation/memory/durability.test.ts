import { expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { DAY, HOUR, SECOND } from '../../../functions/core/time/time.ts';
import { expire } from '../../../simulation/memory/jobs/expire.ts';
import { createMemoryJobStore } from '../../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { createMemorySeriesCatalog } from '../../../simulation/memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../../../simulation/memory/ledger/series-store.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { order } from '../../conformance/job-store.ts';
import { BTC, candles, JOB, minutes, pageOf, SPOT, T0 } from '../../stores/klines.ts';

function set() {
  const at = { now: T0 + DAY };
  const clock = () => at.now;
  const warehouse = new MemoryWarehouse(() => SPOT);
  const store = createMemorySeriesStore(warehouse, clock);
  const catalog = createMemorySeriesCatalog(warehouse, clock);
  const state = () => {
    const { spans, findings, record } = warehouse.book(BTC);
    const rows = warehouse.rows.within(BTC).map(({ time, cells }) => [time, cells[3]]);
    return structuredClone({ spans, findings, record, rows, closed: [...warehouse.closedJobs] });
  };
  return { at, warehouse, store, catalog, state };
}

it('a crash takes back the newest pages that nobody made durable, rows and account together', async () => {
  const { at, warehouse, store, catalog, state } = set();
  await catalog.request(BTC, minutes(0, 100));
  await store.commit([pageOf([minutes(0, 20)])], JOB);
  await store.secure(JOB.jobId);
  await store.commit([pageOf([minutes(40, 50)])], JOB);
  const before = state();
  at.now += SECOND;
  // Rows between others, rows that are replaced, and the note that a job has ended.
  warehouse.book(BTC).spans = [];
  const replaced = candles([minutes(0, 20)], BTC, () => 7);
  await store.commit([pageOf([minutes(0, 20)], { rows: replaced })], JOB);
  await store.commit([pageOf([minutes(20, 40)])], JOB);
  await store.close('job-1');
  expect(state()).not.toEqual(before);
  expect(warehouse.crash(at.now)).toBe(3);
  expect({ ...state(), spans: before.spans }).toEqual(before);
  expect(warehouse.crash(0)).toBe(0);
});

it('a commit that waits for the disk makes all earlier ones durable', async () => {
  const { warehouse, store, catalog, state } = set();
  await store.commit([pageOf([minutes(0, 20)])], JOB);
  await catalog.request(BTC, minutes(0, 100));
  const before = state();
  expect(warehouse.crash(0)).toBe(0);
  expect(state()).toEqual(before);
});

it('an older backup brings all of the database back, as often as it is restored', async () => {
  const { at, warehouse, store, catalog, state } = set();
  await catalog.request(BTC, minutes(0, 100));
  await store.commit([pageOf([minutes(0, 20)])], JOB);
  await store.close('job-1');
  const [backup, before] = [warehouse.backup(), state()];
  for (let round = 0; round < 2; round++) {
    at.now += HOUR;
    await store.commit([pageOf([minutes(20, 60)])], JOB);
    await store.close('job-2');
    await catalog.setRetention('klines_spot', { keepMs: DAY, reason: 'less' });
    await catalog.unfollow(BTC);
    expect(state()).not.toEqual(before);
    warehouse.restore(backup);
    expect([state(), warehouse.retention]).toEqual([before, []]);
  }
});

it('the index of jobs by status may be behind, and the jobs themselves never are', async () => {
  const tables = emptyJobTables();
  const jobs = createMemoryJobStore(tables, () => T0);
  const make = async (more: Partial<JobOrder> = {}) => (await jobs.create({ ...order, ...more })).job.id;
  const listed = async () =>
    (await jobs.list({ statuses: ['queued', 'running'], limit: 9 })).jobs.map(({ id, status }) => [
      id,
      status,
    ]);
  const [one, two] = [await make(), await make()];
  tables.indexBehind = () => 1;
  expect(await listed()).toEqual([[one, 'queued']]);
  await jobs.start(one, 1);
  expect(await listed()).toEqual([
    [two, 'queued'],
    [one, 'queued'],
  ]);
  expect((await jobs.get(one))!.status).toBe('running');
  tables.indexBehind = () => 0;
  expect(await listed()).toEqual([
    [two, 'queued'],
    [one, 'running'],
  ]);
});

it('items whose time is over go, and the others stay', async () => {
  const tables = emptyJobTables();
  const jobs = createMemoryJobStore(tables, () => T0);
  const [done, open] = [
    await jobs.create(order, { key: 'k', digest: 'd' }, 'same'),
    await jobs.create(order),
  ];
  await jobs.finish(done.job.id, { status: 'succeeded', rows: 0 });
  expire(tables, T0 + DAY);
  expect((await jobs.create(order, { key: 'k', digest: 'd' })).job.id).toBe(done.job.id);
  expire(tables, T0 + DAY + 1);
  expect((await jobs.create(order, { key: 'k', digest: 'e' })).created).toBe(true);
  expect(tables.orders.size).toBe(1);
  expire(tables, T0 + 31 * DAY);
  expect([await jobs.get(done.job.id), tables.orders.size]).toEqual([undefined, 0]);
  expect(await jobs.get(open.job.id)).toBeDefined();
});
