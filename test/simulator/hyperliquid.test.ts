import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { simulateAt } from './simulator.ts';

const NOW = '2026-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues } = await simulateAt(NOW);

type Row = Record<string, number | string>;

async function info(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${venues.url}/hyperliquid/info`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text };
}
const rows = async (body: unknown): Promise<Row[]> => JSON.parse((await info(body)).text) as Row[];
const candles = (coin: string, interval: string, startTime: number, endTime = now) =>
  rows({ type: 'candleSnapshot', req: { coin, interval, startTime, endTime } });
const funding = (coin: string, startTime: number, endTime?: number) =>
  rows({ type: 'fundingHistory', coin, startTime, endTime });

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.faults.clear();
});

describe('candleSnapshot', () => {
  it('has the fields and kinds of text of the recorded one, and the candle that holds the start', async ({
    skip,
  }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const real = JSON.parse(recorded('hyperliquid/candleSnapshot_kPEPE_1h.json') as string) as {
      response: Row[];
    };
    const mine = await candles('kPEPE', '1h', now - 2 * HOUR, now);
    const kinds = (row: Row) =>
      Object.keys(row)
        .toSorted()
        .map((key) => [key, typeof row[key], typeof row[key] === 'string' && /^\d+\.\d+$/.test(row[key])]);
    // The interval is a text without a point.
    expect(kinds(mine[0]!)).toEqual(kinds(real.response[0]!));
    expect(mine.map(({ t }) => (Number(t) - Math.floor(now / HOUR) * HOUR) / HOUR)).toEqual([-2, -1, 0]);
    expect(mine.every(({ t, T }) => Number(T) - Number(t) === HOUR - 1)).toBe(true);
  });

  it('keeps the newest 5,000 of each interval, and the wall moves', async () => {
    const all = await candles('BTC', '1m', 0);
    const first = Number(all[0]!.t);
    expect([all.length, first]).toEqual([5_000, Math.floor(now / MINUTE) * MINUTE - 4_999 * MINUTE]);
    expect(await candles('BTC', '1m', 0, first - 1)).toEqual([]);
    venues.control.clock.hold(now + MINUTE);
    expect(Number((await candles('BTC', '1m', 0, now + MINUTE))[0]!.t)).toBe(first + MINUTE);
    expect(Number((await candles('BTC', '1d', 0))[0]!.t)).toBe(Date.UTC(2023, 4, 12));
  });

  it('has no candle of a minute without trades', async () => {
    const quiet = await candles('QUIET', '1m', now - HOUR);
    expect(quiet.length).toBeLessThan(61);
    expect(quiet.every(({ n }) => Number(n) > 0)).toBe(true);
  });

  it.each([
    ['6h', { coin: 'BTC', interval: '6h', startTime: 0, endTime: 1 }],
    ['1s', { coin: 'BTC', interval: '1s', startTime: 0, endTime: 1 }],
    ['a negative start', { coin: 'BTC', interval: '1h', startTime: -1, endTime: 1 }],
    ['no end', { coin: 'BTC', interval: '1h', startTime: 0 }],
  ])('refuses %s in plain text', async (_, req) => {
    const refused = await info({ type: 'candleSnapshot', req });
    expect(refused).toEqual({
      status: 422,
      type: 'text/plain; charset=utf-8',
      text: 'Failed to deserialize the JSON body into the target type',
    });
  });

  it('does not know a coin in other letters', async () => {
    const req = { coin: 'KPEPE', interval: '1h', startTime: 0, endTime: now };
    expect(await info({ type: 'candleSnapshot', req })).toMatchObject({ status: 500, text: 'null' });
    expect(await info({ type: 'fundingHistory', coin: '@107', startTime: 0 })).toMatchObject({ status: 500 });
  });
});

describe('fundingHistory', () => {
  it('has the settlements of the recorded one, hour for hour', async ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const real = JSON.parse(recorded('hyperliquid/fundingHistory_BTC_bounded.json') as string) as {
      request: { body: { startTime: number; endTime: number } };
      response: Row[];
    };
    const { startTime, endTime } = real.request.body;
    const mine = await funding('BTC', startTime, endTime);
    const hours = (list: Row[]) => list.map(({ time }) => Math.floor(Number(time) / HOUR));
    expect(hours(mine)).toEqual(hours(real.response));
    expect(mine.map((row) => Object.keys(row))).toEqual(real.response.map((row) => Object.keys(row)));
  });

  it('gives the oldest 500, both bounds among them, late and with holes', async () => {
    const page = await funding('BTC', Date.UTC(2023, 6, 1), now);
    expect(page).toHaveLength(500);
    const due = (row: Row) => Math.floor(Number(row.time) / HOUR);
    const missing = Date.UTC(2023, 6, 2, 20) / HOUR;
    expect(page.map(due)).not.toContain(missing);
    expect(page.map(due)).toContain(missing + 1);
    expect(Math.max(...page.map(({ time }) => Number(time) % HOUR))).toBeLessThan(700);
    const [first, second] = page as [Row, Row];
    expect(await funding('BTC', Number(first.time), Number(second.time))).toEqual([first, second]);
    expect(await funding('BTC', now - MINUTE, now)).toEqual([]);
    const late = await funding('BTC', Date.UTC(2023, 4, 23, 8), Date.UTC(2023, 4, 23, 9));
    expect(late.map(({ time }) => Number(time) - Date.UTC(2023, 4, 23, 8))).toEqual([1_433_000]);
  });
});

it('counts weight by the rows that came, and refuses the request after', async () => {
  const ip = { 'x-forwarded-for': '10.0.0.9' };
  const full = { type: 'candleSnapshot', req: { coin: 'BTC', interval: '1m', startTime: 0, endTime: now } };
  const statuses: number[] = [];
  for (let n = 0; n < 13; n++) statuses.push((await info(full, ip)).status);
  // Eleven pages of 104 are 1144; the twelfth begins within the limit and ends beyond it.
  expect(statuses).toEqual([...Array(12).fill(200), 429]);
  expect(await info(full, ip)).toMatchObject({ status: 429, text: 'null' });
  venues.control.clock.hold(now + MINUTE);
  expect((await info(full, ip)).status).toBe(200);
});

it('lists what was delisted, and has no context of it', async () => {
  const [meta, contexts] = JSON.parse((await info({ type: 'metaAndAssetCtxs' })).text) as [
    { universe: Row[] },
    Record<string, unknown>[],
  ];
  const at = meta.universe.findIndex(({ name }) => name === 'OLD');
  expect(meta.universe[at]).toMatchObject({ isDelisted: true });
  expect(meta.universe[0]).not.toHaveProperty('isDelisted');
  expect(contexts[at]).toMatchObject({ premium: null, midPx: null, impactPxs: null });
  const { universe } = JSON.parse((await info({ type: 'spotMeta' })).text) as { universe: Row[] };
  expect(universe.find(({ name }) => name === '@107')).toMatchObject({ index: 107, tokens: [150, 0] });
});

it('takes nothing but JSON by POST', async () => {
  expect((await info('{', {})).status).toBe(422);
  expect((await info('{}', { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await fetch(`${venues.url}/hyperliquid/info`)).status).toBe(405);
  expect((await fetch(`${venues.url}/hyperliquid/exchange`, { method: 'POST' })).status).toBe(404);
});
