import { describe, expect, it } from 'vitest';
import { refreshOf } from '../../../cli/sql/call.ts';
import { fakeApi, problem } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';

const CALL =
  "CALL refresh_continuous_aggregate('price_klines_1d', '2025-01-01 00:00:00+00', '2025-02-01 00:00:00+00');";
const ROUTE = 'POST /backfill/aggregates/refresh';
const order = (start: string | null, end: string | null, view = 'price_klines_1d') => ({ view, start, end });

describe('the CALL that sql takes', () => {
  it.each([
    [CALL, order('2025-01-01T00:00:00+00:00', '2025-02-01T00:00:00+00:00')],
    [
      "call\n  Market_Data.REFRESH_continuous_aggregate ( 'market_data.price_klines_15m' ,NULL, null ) ; ",
      order(null, null, 'price_klines_15m'),
    ],
    [
      "CALL public.refresh_continuous_aggregate('PRICE_KLINES_4H'::regclass, '2025-01-01', timestamptz '2025-01-02 03:00Z')",
      order('2025-01-01', '2025-01-02T03:00Z', 'price_klines_4h'),
    ],
    [
      "CALL refresh_continuous_aggregate('price_klines_1d', '2025-01-01T00:00:00+0530'::timestamptz, '2025-03-01 12:00:00.5')",
      order('2025-01-01T00:00:00+05:30', '2025-03-01T12:00:00.5Z'),
    ],
  ])('%s', (statement, read) => {
    expect(refreshOf(statement)).toEqual(read);
  });

  it.each([
    [
      "'view_name', NULL, NULL",
      /'view_name' is not an aggregate: write one of 'price_klines_15m', .*'price_klines_1d'/,
    ],
    ["'price_klines', NULL, NULL", /is not an aggregate/],
    ["'price_klines_1d', now(), NULL", /now\(\) is not a bound of a refresh/],
    ["'price_klines_1d', '2025-02-30', NULL", /'2025-02-30' is not a bound/],
    ["'price_klines_1d'", /takes a view, a start and an end/],
    ["'price_klines_1d', NULL, NULL, true", /takes a view, a start and an end/],
  ])('refuses (%s) as bad input, before anybody is called', async (inside, message) => {
    const ran = await gordon(['sql', `CALL refresh_continuous_aggregate(${inside})`], {
      api: 'http://127.0.0.1:1',
    });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.split('\n')).toHaveLength(2);
  });

  it('is the only one', async () => {
    for (const statement of ['CALL refresh_recent(NULL)', `${CALL} SELECT 1`]) {
      expect((await gordon(['sql', statement])).stderr).toMatch(
        /^gordon-data: sql is read-only.*not CALL\n$/,
      );
    }
  });
});

it('sends it to the API, which says where to go on, and waits for another refresh', async () => {
  const next = '2025-01-15T00:00:00Z';
  await using api = await fakeApi({
    [ROUTE]: (_received, times) =>
      [
        problem(503, 'database-busy', 'concurrent refresh'),
        { body: { ...order(null, null), next } },
        { body: { ...order(null, null), next: null } },
      ][times]!,
  });
  const ran = await gordon(['sql', `/* as the runbook has it */ ${CALL}`], { api: api.url });
  expect(ran).toEqual({ code: 0, stdout: 'CALL\n', stderr: '' });
  const end = '2025-02-01T00:00:00+00:00';
  const first = order('2025-01-01T00:00:00+00:00', end);
  expect(api.received.map(({ body }) => body)).toEqual([first, first, order(next, end)]);
});

it('says in one line what the API refuses', async () => {
  await using api = await fakeApi({ [ROUTE]: problem(422, 'window-too-small', 'refresh window too small') });
  expect(await gordon(['sql', '--json', CALL], { api: api.url })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'gordon-data: refresh window too small\n',
  });
});
