import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../../functions/core/series/source.ts';
import { createFindingBook } from '../../../functions/stores/ledger/spans/findings.ts';
import { createCoverageQueries } from '../../../functions/stores/queries/coverage-queries.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';

const DAY = 86_400_000;
const START = Date.UTC(2025, 2, 1);
const series = { source: 'trades_spot', symbol: 'BTCUSDT', timeframe: '1m' as const };
const by = { object: 'a check', jobId: 'verify' };
const finding = (kind: string, time: number, value: number): Finding => ({
  kind,
  time,
  until: time + 60_000,
  detail: { message: `it is ${value}`, value },
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.[Symbol.asyncDispose]());

it('findings of a check are replaced within its range, and others stay', async () => {
  let now = START + DAY;
  const book = createFindingBook(database.connect({ role: 'gordon_writer' }), () => now);
  const queries = createCoverageQueries(database.connect({ role: 'gordon_reader' }));
  const all = async () =>
    (await queries.findings(series, { start: START - DAY, end: START + 3 * DAY }, 100)).map(
      ({ kind, time, detail, foundAt, object }) => [kind, time, detail.value, foundAt, object],
    );
  const today = { kinds: ['differs'], range: { start: START, end: START + DAY } };
  const first = [finding('differs', START, 1), finding('differs', START + 60_000, 2)];
  await book.settle(series, today, first, by);
  await book.settle(series, { ...today, kinds: ['other'] }, [finding('other', START, 3)], by);
  await book.settle(series, today, [finding('differs', START, 9)], { ...by, object: 'another check' });
  const tomorrow = { ...today, range: { start: START + DAY, end: START + 2 * DAY } };
  await book.settle(series, tomorrow, [finding('differs', START + DAY, 4)], by);
  const at = now;
  now += DAY;
  // The first stays as it was found, the second has another value now.
  await book.settle(series, today, [first[0]!, finding('differs', START + 60_000, 5)], by);
  expect(await all()).toEqual([
    ['differs', START, 1, at, 'a check'],
    ['other', START, 3, at, 'a check'],
    ['differs', START, 9, at, 'another check'],
    ['differs', START + 60_000, 5, now, 'a check'],
    ['differs', START + DAY, 4, at, 'a check'],
  ]);
  await book.settle(series, today, [], by);
  expect((await all()).map(([kind, time, , , object]) => [kind, time, object])).toEqual([
    ['other', START, 'a check'],
    ['differs', START, 'another check'],
    ['differs', START + DAY, 'a check'],
  ]);
});
