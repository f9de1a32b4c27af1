import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addYears, DAY, iso, SECOND } from '../../../functions/core/time/time.ts';
import { macro_fred } from '../../../functions/sources/macro_fred.ts';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';
import { passingTime } from '../../helpers/passing-time.ts';

const MINUTES = 60 * SECOND;
const LONG = 15 * MINUTES;

const time = passingTime();
let at: TestHost;
beforeAll(async () => {
  at = await startHostOnPassingTime(time);
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const ALL = [...macro_fred.defaultSymbols, ...macro_fred.optInSymbols!];
const run = async (order: object) => at.wait((await at.order({ source: 'macro', ...order })).id);

it(
  'loads the whole macro stage, with what is opt-in, within a minute from a venue that refuses the third request of a second',
  async () => {
    const began = time.clock();
    const job = await run({ symbols: ALL, from: iso(addYears(began - (began % DAY), -1)) });
    const seconds = (time.clock() - began) / SECOND;
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const stored = await at.sql`select distinct symbol from market_data.macro_observations`;
    expect(stored).toHaveLength(ALL.length);
    const answers = at.venues.requests.all().map(({ status }) => status);
    expect(answers.length).toBeGreaterThanOrEqual(job.chunks.length);
    expect(answers.filter((status) => status === 429)).toEqual([]);
    expect(seconds).toBeLessThan(60);
  },
  LONG,
);

describe('a refusal of FRED that passes', () => {
  const NOT_REGISTERED = JSON.stringify({
    error_code: 400,
    error_message: 'Bad Request.  The value for variable api_key is not registered.',
  });
  const YEARS = ['2015', '2016', '2017', '2018'];

  it.each([
    ['of a key that it knows', { status: 400, body: NOT_REGISTERED }],
    ['of a path that it has', { status: 404, body: '<html>Not Found</html>' }],
    ['of its own fault', { status: 500, body: 'Internal Server Error' }],
    ['for a second that is over', { status: 429, body: '', headers: { 'retry-after': '1' } }],
  ])('%s is requested again', async (_what, answer) => {
    const year = YEARS.pop()!;
    const fault = at.venues.faults.add({ kind: 'status', venue: 'fred', times: 2, ...answer });
    const job = await run({ symbols: ['UNRATE'], from: `${year}-01-01`, to: `${year}-04-01` });
    expect(job).toMatchObject({ status: 'succeeded', failures: [], rows_fetched: expect.any(Number) });
    expect(job.rows_fetched).toBeGreaterThanOrEqual(3);
    expect(fault.hits).toBe(2);
  });
});
