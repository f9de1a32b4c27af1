import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountedHost, type CountedJob, startCountedHost } from './support/counted-host.ts';

/**
 * How many requests half a year of a symbol sends to a venue. Limits count requests, and an address that sends too many is
 * banned. When a number grows on purpose, name the new term here; one that grew by itself is an object that is read
 * twice, or a page that got smaller.
 */
const MONTHS = 6;
/** Some hundred requests, on a machine that may be busy; ms. */
const PATIENCE = 120_000;
const DAYS = 181;
/** A file and its `.CHECKSUM`. */
const PER_OBJECT = 2;
const HALF_YEAR = { from: '2025-01-01', to: '2025-07-01' };

let at: CountedHost;
let archived: CountedJob;
beforeAll(async () => {
  at = await startCountedHost();
  archived = await at.run({ source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h', ...HALF_YEAR });
}, PATIENCE);
afterAll(() => at?.[Symbol.asyncDispose]());

const linesOf = ({ calls }: CountedJob): string[] => calls.flatMap(({ venues }) => venues);
const counted = (lines: readonly string[], pattern: RegExp): number =>
  lines.filter((line) => pattern.test(line)).length;

it('half a year from the archive is its monthly files with their checksums, each once, and nothing else', () => {
  expect([archived.job.status, archived.job.rows_fetched]).toEqual(['succeeded', DAYS * 24]);
  const lines = linesOf(archived);
  // With every file there, the listing date is not needed.
  expect(lines).toHaveLength(MONTHS * PER_OBJECT);
  expect(new Set(lines).size).toBe(lines.length);
  expect(counted(lines, /\/monthly\/klines\/.*\.zip(\.CHECKSUM)?$/)).toBe(lines.length);
});

describe('half a year that no archive has', () => {
  const PAGE = 1_000;
  /** Five minutes: 8,928 rows in the longest month and 8,064 in the shortest, nine pages each. */
  const pages = Array.from({ length: MONTHS }, (_, month) =>
    new Date(Date.UTC(2025, month + 1, 0)).getUTCDate(),
  )
    .map((days) => Math.ceil((days * 288) / PAGE))
    .reduce((sum, of) => sum + of, 0);
  /** Its first row and its last one, once for the series; a third would request the status of a symbol that fell silent. */
  const LISTING = 2;
  /** The archive is the second witness of its lives: a page of its listing of months, and
   * as that is empty one of days, once for the series. */
  const LISTED = 2;
  /** Whether days are there where their month is not, says one page of the listing, once for each chunk of a month. */
  const DAYS_LISTED = MONTHS;
  let job: CountedJob;
  beforeAll(async () => {
    const fault = at.venues.faults.add({ kind: 'not-found', match: '/data/spot/' });
    job = await at.run({ source: 'klines_spot', symbols: ['ETHUSDT'], timeframe: '5m', ...HALF_YEAR });
    fault.remove();
  }, PATIENCE);

  it('is looked for by month, then in the list of days, then read in full pages', () => {
    expect([job.job.status, job.job.rows_fetched]).toEqual(['succeeded', DAYS * 288]);
    const lines = linesOf(job);
    expect(counted(lines, /\/monthly\//)).toBe(MONTHS * PER_OBJECT);
    expect(counted(lines, /\/daily\/.*\.zip(\.CHECKSUM)?$/)).toBe(0);
    expect(counted(lines, /[?&]limit=1000\b/)).toBe(pages);
    expect(counted(lines, /[?&]limit=1(&|$)/)).toBe(LISTING);
    expect(counted(lines, /[?&]max-keys=/)).toBe(LISTED + DAYS_LISTED);
    expect(lines).toHaveLength(MONTHS * PER_OBJECT + DAYS_LISTED + pages + LISTING + LISTED);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('writes to the job table twice a page, and to the shared budget once for fifty', () => {
    const actions = job.calls
      .filter(({ handler }) => handler === 'fetch-chunk')
      .flatMap(({ table }) => table);
    // When a chunk begins, after each page but the last, at its end.
    const checkpoints = pages + MONTHS;
    // Do the spot market's venue and its limit cool down? For the archive that is known since the order before.
    const parks = 2;
    // A worker takes a sixtieth of 6,000 at once; a page and a listing's question weigh two each.
    const leases = Math.ceil((2 * (pages + LISTING)) / 100);
    // The note at a chunk's end reads nothing.
    const looks = checkpoints - MONTHS;
    expect(actions.filter((action) => action === 'GetItem')).toHaveLength(looks + parks);
    expect(actions.filter((action) => action === 'UpdateItem')).toHaveLength(checkpoints + leases);
    expect(actions).toHaveLength(checkpoints + looks + parks + leases);
  });

  it('commits each page by itself, so that a fetcher that dies loses one', () => {
    const statements = job.calls.flatMap(({ statements }) => statements);
    expect(statements.filter((name) => name === 'COPY')).toHaveLength(pages);
    // Six for each page; for each chunk what it lacks and has, before and after; once the lives,
    // read, and kept in a transaction of three.
    const fetching = job.calls.filter(({ handler }) => handler === 'fetch-chunk');
    expect(fetching.flatMap((call) => call.statements)).toHaveLength(6 * pages + 3 * MONTHS + MONTHS + 5);
  });
});

it('a month whose file lacks is its days, of those alone that are listed', async () => {
  const gone = ['-2025-03.zip', '-2025-03-0', '-2025-03-1'].map((match) =>
    at.venues.faults.add({ kind: 'not-found', match: `LTCUSDT-1h${match}` }),
  );
  const order = { source: 'klines_spot', symbols: ['LTCUSDT'], timeframe: '1h' };
  const job = await at.run({ ...order, from: '2025-03-01', to: '2025-04-01' });
  for (const fault of gone) fault.remove();
  expect([job.job.status, job.job.rows_fetched]).toEqual(['succeeded', 31 * 24]);
  const lines = linesOf(job);
  const [LISTED_DAYS, PAGES] = [12, 1];
  expect(counted(lines, /\/daily\/klines\/.*\.zip(\.CHECKSUM)?$/)).toBe(LISTED_DAYS * PER_OBJECT);
  expect(counted(lines, /\/klines\?.*[?&]limit=(?!1(&|$))/)).toBe(PAGES);
  // The month, and the listing of its days.
  expect(lines).toHaveLength(PER_OBJECT + 1 + LISTED_DAYS * PER_OBJECT + PAGES);
});

it('a day with every second minute missing is two pages, however many holes that are', async () => {
  const day = {
    source: 'price_klines',
    symbols: ['BTCUSDT'],
    timeframe: '1m',
    from: '2026-02-10',
    to: '2026-02-11',
  };
  expect((await at.run(day)).job).toMatchObject({ status: 'succeeded', rows_fetched: 1_440 });
  const gone = await at.sql`
    delete from market_data.price_klines where timeframe = '1m' and extract(minute from timestamp)::int % 2 = 1`;
  expect(gone.count).toBe(720);
  const again = await at.run(day);
  expect([again.job.status, again.job.rows_fetched]).toEqual(['succeeded', 720]);
  expect(counted(linesOf(again), /\/v5\/market\/kline/)).toBe(2);
  expect(linesOf(again)).toHaveLength(2);
});
