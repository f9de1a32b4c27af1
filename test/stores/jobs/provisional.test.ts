import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobStore } from '../../../functions/core/job-ports.ts';
import { MINUTE } from '../../../functions/core/time.ts';
import { createJobStore } from '../../../functions/stores/jobs/job-store.ts';
import { createTestJobTable, type TestJobTable } from '../../helpers/job-table.ts';

const T0 = Date.UTC(2025, 5, 1);
const SERIES = { source: 'macro_fred', symbol: 'DFF', timeframe: '1d' } as const;
const chunk = (year: string) => ({ ...SERIES, label: `macro_fred DFF 1d ${year}`, start: 0, end: 9 });

let table: TestJobTable;
let jobs: JobStore;
beforeAll(async () => {
  table = await createTestJobTable(T0);
  jobs = createJobStore(table);
});
afterAll(() => table[Symbol.asyncDispose]());

describe('notes of provisional rows', () => {
  it('tell which spans were asked for lately, over all chunks of the series', async () => {
    expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual([]);
    await jobs.noteProvisional(chunk('2024'), [{ start: 1, end: 3 }], T0);
    await jobs.noteProvisional(
      chunk('2025'),
      [
        { start: 3, end: 5 },
        { start: 7, end: 9 },
      ],
      T0 + MINUTE,
    );
    await jobs.noteProvisional({ ...chunk('2025'), symbol: 'DGS2' }, [{ start: 5, end: 7 }], T0);
    const both = [
      { start: 1, end: 5 },
      { start: 7, end: 9 },
    ];
    expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual(both);
    expect(await jobs.provisionalSince(SERIES, T0 + 1_000, T0 + MINUTE)).toEqual(
      both.with(0, { start: 3, end: 5 }),
    );
  });

  it('of a clock that was ahead count for nothing', async () => {
    expect(await jobs.provisionalSince(SERIES, T0 - MINUTE, T0 - 1_000)).toEqual([]);
  });

  it('are replaced by the next ones of the chunk', async () => {
    await jobs.noteProvisional(chunk('2024'), [{ start: 2, end: 3 }], T0 + MINUTE);
    expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual([
      { start: 2, end: 5 },
      { start: 7, end: 9 },
    ]);
  });
});
