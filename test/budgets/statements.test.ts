import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, type CountedHost, type CountedJob, startCountedHost } from './support/counted-host.ts';

/**
 * The statements of a job to the database and to the job table: each is a round trip that a fetcher in
 * another network waits for, and each action on the table is billed. When a number grows on purpose, write the new
 * statement where it belongs in the list and say beside it what it is for; `functions/core/costs/assumptions.ts` counts
 * on the table's actions. A list that grew by itself is a query that slipped into a loop.
 */
let at: CountedHost;
let month: CountedJob;
let year: CountedJob;
beforeAll(async () => {
  at = await startCountedHost();
  month = await at.run({ source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-03-01', to: '2025-04-01' });
  year = await at.run({
    source: 'klines_spot',
    symbols: ['BTCUSDT', 'ETHUSDT'],
    timeframe: '1h',
    from: '2025-01-01',
    to: '2026-01-01',
  });
});
afterAll(() => at?.[Symbol.asyncDispose]());

const callsOf = ({ calls }: CountedJob, handler: string): Call[] =>
  calls.filter((call) => call.handler === handler);

/** A page is one transaction. */
const PAGE = [
  'begin, and leave the disk to later',
  'lock the months',
  // Another chunk may have written since the chunk read what it lacks.
  'what is said of it',
  'take a place',
  'COPY',
  'enter spans',
  'commit',
];
/** So few rows do not count as rows that extend the table. */
const SMALL_PAGE = PAGE.filter((name) => name !== 'take a place');
const fetchOf = (page: readonly string[]) => [
  'what is missing',
  'rows of the chunk',
  ...page,
  'rows of the chunk',
];

/** Writes the chunk's state, and reads whether the job is still wanted, except at the chunk's end. */
const BEGUN = ['UpdateItem', 'GetItem'];
const ENDED = ['UpdateItem'];

/** The first wave of a series: it is entered, and the rows that the ledger claims are counted. */
const PREPARE = ['note the request', 'begin', 'what is there', 'commit', 'days of many spans'];
/** The last look at a series: its rows are counted, in one snapshot with the ledger. */
const COUNT = [
  'begin',
  'what is there',
  'count the rows',
  'commit',
  'days of many spans',
  // What an operator has removed meanwhile is entered as that, and not as missing.
  'what is not kept',
  'what is missing',
];
/** The last statement; nothing waits for the disk. */
const SETTLE = [
  'begin',
  'leave the disk to later',
  'hold what it requested',
  'settle what it requested',
  'forget requests of long ago',
  'commit',
];
const CLOSE = ['begin', 'leave the disk to later', 'close the job', 'forget jobs of long ago', 'commit'];
const SECURE = ['begin', 'wait for the disk', 'make all before it durable', 'rows of the job', 'commit'];

it('runs the jobs that are counted here to their end', () => {
  expect([month.job.status, month.job.rows_fetched]).toEqual(['succeeded', 44_640]);
  expect([year.job.status, year.job.rows_fetched]).toEqual(['succeeded', 2 * 8_760]);
  expect(year.calls.map(({ handler }) => handler)).toEqual([
    'plan-wave',
    ...Array.from({ length: 24 }, () => 'fetch-chunk'),
    'plan-wave',
    'finalize-job',
  ]);
});

describe('a chunk', () => {
  it('of a month of minutes is one page: ten statements, whatever it holds', () => {
    const [fetch] = callsOf(month, 'fetch-chunk');
    expect(fetch!.statements).toEqual(fetchOf(PAGE));
    for (const each of callsOf(year, 'fetch-chunk')) expect(each.statements).toEqual(fetchOf(SMALL_PAGE));
  });

  it('is written to the job table twice: when it begins and at its end', () => {
    const [fetch] = callsOf(month, 'fetch-chunk');
    // The read in between looks for a cooldown of the archive: once a second in each process, and this clock stands still.
    expect(fetch!.table).toEqual([...BEGUN, 'GetItem', ...ENDED]);
    for (const each of callsOf(year, 'fetch-chunk')) {
      expect(each.table).toEqual([...BEGUN, ...ENDED]);
    }
  });

  it('with nothing to do writes nothing and calls no venue', async () => {
    const { statements, table, venues, copied } = await callsOf(month, 'fetch-chunk')[0]!.again();
    expect(statements).toEqual(['what is missing', 'rows of the chunk', 'rows of the chunk']);
    expect(table).toEqual([...BEGUN, ...ENDED]);
    expect({ venues, copied }).toEqual({ venues: [], copied: 0 });
  });
});

describe('a wave', () => {
  it('is planned with the same statements for a month and for a year: a count for each series, and the rest once', () => {
    expect(callsOf(month, 'plan-wave').map(({ statements }) => statements)).toEqual([
      [...PREPARE, 'what is missing'],
      ['what is missing'],
    ]);
    // Series are seen to at once, in no order.
    const [first, second] = callsOf(year, 'plan-wave');
    const [request, ...count] = PREPARE;
    expect(first!.statements.toSorted()).toEqual([request, ...count, ...count, 'what is missing'].sort());
    expect(second!.statements).toEqual(['what is missing']);
  });

  it('is one write to the job table for each chunk, beside the job and one read of what was planned before', () => {
    const chunks = Array.from({ length: 24 }, () => 'UpdateItem');
    expect(callsOf(year, 'plan-wave').map(({ table }) => table)).toEqual([
      ['UpdateItem', 'Query', ...chunks],
      ['UpdateItem', 'Query'],
    ]);
  });
});

describe('a job', () => {
  it('is entered with one write and a note of its order, after two questions about each series', () => {
    const reads = ['what is missing', 'the listing'];
    const table = ['GetItem', 'PutItem', 'PutItem'];
    // Rows deleted by a statement are counted first, so that the quote covers them.
    const first = 'what lost rows';
    expect(month.ordering).toMatchObject({ statements: [first, ...reads], table, venues: [] });
    expect(year.ordering).toMatchObject({ statements: [first, ...reads, ...reads], table, venues: [] });
  });

  it('is ended with one commit that waits for the disk, one count of each series and one account', () => {
    const [first] = callsOf(month, 'finalize-job');
    const ends = 'its first and last row';
    expect(first!.statements).toEqual([
      ...SECURE,
      ...COUNT,
      'the account of the series',
      ends,
      ...SETTLE,
      ...CLOSE,
    ]);
    const [second] = callsOf(year, 'finalize-job');
    expect(second!.statements.toSorted()).toEqual(
      [
        ...SECURE,
        ...COUNT,
        // What is missing is one statement for all series.
        ...COUNT.slice(0, -1),
        'the account of the series',
        ends,
        ends,
        ...SETTLE,
        ...CLOSE,
      ].sort(),
    );
    for (const { table } of [first!, second!]) expect(table).toEqual(['UpdateItem', 'Query', 'UpdateItem']);
  });

  it('that lacks nothing is planned once and ended, without a venue or a chunk', async () => {
    const again = await at.run({
      source: 'klines_spot',
      symbols: ['BTCUSDT'],
      from: '2025-03-01',
      to: '2025-04-01',
    });
    expect(again.calls.map(({ handler }) => handler)).toEqual(['plan-wave', 'finalize-job']);
    // What the ledger claims is counted against the rows before it is believed.
    const [plan] = again.calls;
    expect(plan!.statements).toEqual([
      'note the request',
      'begin',
      'what is there',
      'count the rows',
      'commit',
      'days of many spans',
      'what is missing',
    ]);
    expect(plan!.table).toEqual(['UpdateItem', 'Query']);
    expect(again.calls.flatMap(({ venues }) => venues)).toEqual([]);
  });
});
