import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchResult } from '../../../functions/core/schedules/watch-archives.ts';
import { createHandler } from '../../../functions/schedules/watch-archives.ts';
import { dirtOf } from '../../../simulator/binance-archive/dirt.ts';
import { gordon } from '../../cli/support/run.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** From the simulator to the report: where rows of metrics files stand, and what their labels mean. */
const MINUTE = 60_000;
const SLOT = 5 * MINUTE;
const DAY = 86_400_000;
let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const run = async (order: object) => at.wait((await at.order(order)).id);
const interest = async (symbol: string, from: number, to: number, timeframe = '5m') =>
  (
    await at.sql`
    select (extract(epoch from time) * 1000)::float8 as time, open_interest as value, (extract(epoch from label) * 1000)::float8 as label
    from market_data.open_interest where venue = 'binance' and symbol = ${symbol} and timeframe = ${timeframe}
      and time >= ${new Date(from)} and time < ${new Date(to)} order by time`
  ).map(({ time, value, label }) => [time, value, label] as [number, number, number | null]);
const taker = async (symbol: string, from: number, to: number) =>
  (
    await at.sql`
    select (extract(epoch from time) * 1000)::float8 as time, ratio from market_data.long_short_ratios
    where kind = 'taker_volume' and symbol = ${symbol} and timeframe = '5m'
      and time >= ${new Date(from)} and time < ${new Date(to)} order by time`
  ).map(({ time, ratio }) => [time, ratio] as [number, number]);
const rest = async (route: string, symbol: string, from: number, to: number) => {
  const query = `symbol=${symbol}&period=5m&limit=500&startTime=${from}&endTime=${to - 1}`;
  const answer = await fetch(`${at.venues.env.GORDON_BINANCE_USDM_URL}/futures/data/${route}?${query}`);
  return (await answer.json()) as Record<string, string | number>[];
};
const report = async (symbol: string) =>
  (
    await at.ask<
      {
        source: string;
        rows: number;
        gaps: unknown[];
        empty: { from: string; to: string; reason: string }[];
      }[]
    >(`/backfill/report?symbol=${symbol}`)
  ).body.filter(({ source }) => !source.includes('bybit'));
const files = () => at.venues.requests.count(/\/daily\/metrics\/.*\.zip$/);

describe('a file of ends', () => {
  const order = {
    source: 'open_interest_binance',
    symbols: ['BTCUSDT'],
    timeframe: '1h',
    from: '2025-03-05',
    to: '2025-03-09',
  };

  it('has the midnights at its end for all five series, including the ordered one', async () => {
    expect([4, 5, 6, 7, 8].map((day) => dirtOf('BTCUSDT', Date.UTC(2025, 2, day)))).toEqual([
      'hole',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await run(order)).toMatchObject({ status: 'succeeded', failures: [] });
    // The first midnight stands in the file of the fourth.
    expect(files()).toBe(5);
    const reports = await report('BTCUSDT');
    expect(reports.map(({ source }) => source)).toHaveLength(5);
    for (const { source, rows, gaps } of reports) {
      // A sibling's rows come along with the whole of the file of the fourth.
      expect([source, rows >= 96, gaps]).toEqual([source, true, []]);
    }
    const midnights = (await interest('BTCUSDT', Date.UTC(2025, 2, 5), Date.UTC(2025, 2, 9), '1h')).filter(
      ([time]) => time % DAY === 0,
    );
    expect(midnights.map(([time, , label]) => [time, label])).toEqual(
      [5, 6, 7, 8].map((day) => [Date.UTC(2025, 2, day), null]),
    );
  });

  it('is read after the layout changed, and a midnight that neither file has is proven by both', async () => {
    const csv = (day: number, first: number, without: readonly number[] = []) => {
      const lines = Array.from({ length: 288 }, (_, i) => day + first + i * SLOT).filter(
        (label) => !without.includes(label),
      );
      const text = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
      const head =
        'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
        'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';
      return `${[head, ...lines.map((label) => `${text(label)},XRPUSDT,${label / SLOT},2,3,4,5,6`)].join('\n')}\n`;
    };
    const [tenth, eleventh, twelfth, last] = [10, 11, 12, 13].map((day) => Date.UTC(2025, 3, day)) as [
      number,
      number,
      number,
      number,
    ];
    const give = (day: number, text: string) =>
      at.venues.control.overrides.addArchive({
        market: 'um',
        symbol: 'XRPUSDT',
        interval: '',
        csv: text,
        period: new Date(day).toISOString().slice(0, 10),
      });
    // Ends, ends without its midnight, beginnings, beginnings without its midnight.
    give(tenth - DAY, csv(tenth - DAY, SLOT));
    give(tenth, csv(tenth, SLOT, [eleventh]));
    give(eleventh, csv(eleventh, 0));
    give(twelfth, csv(twelfth, 0, [twelfth]));
    const xrp = { ...order, symbols: ['XRPUSDT'], from: '2025-04-10', to: '2025-04-13' };
    expect(await run(xrp)).toMatchObject({ status: 'succeeded', failures: [] });
    const rows = await interest('XRPUSDT', tenth, last, '1h');
    expect(rows.map(([time, value]) => [time, value])).toEqual(
      Array.from({ length: 72 }, (_, i) => tenth + i * 12 * SLOT)
        .filter((time) => time !== twelfth)
        .map((time) => [time, time / SLOT]),
    );
    const [proof] = await at.sql`
      select reason, evidence from market_data.coverage where source = 'open_interest_binance' and symbol = 'XRPUSDT'
        and state = 'empty' and span @> ${new Date(twelfth)}::timestamptz`;
    expect(proof!.reason).toBe('not-published');
    expect(proof!.evidence.map(({ what }: { what: string }) => what.slice(-14))).toEqual([
      '2025-04-11.zip',
      '2025-04-12.zip',
    ]);
    for (const { source, gaps } of await report('XRPUSDT')) expect([source, gaps]).toEqual([source, []]);
  });
});

it('a label that stands in two files is two readings, five minutes apart', async () => {
  const noon = Date.parse('2026-06-24T12:00Z');
  const order = { source: 'metrics', symbols: ['BTCUSDT'], timeframe: '5m' };
  expect(await run({ ...order, from: '2026-06-24T12:00:00Z', to: '2026-06-26T00:00:00Z' })).toMatchObject({
    status: 'succeeded',
    failures: [],
  });
  const moved = Date.parse('2026-06-25T00:00Z');
  const rows = await interest('BTCUSDT', noon, moved + DAY);
  expect(rows.map(([time]) => time)).toEqual(
    Array.from({ length: 432 }, (_, i) => noon + i * SLOT).filter((time) =>
      rows.some((row) => row[0] === time),
    ),
  );
  const [before, after] = [moved, moved + SLOT].map((time) => rows.find((row) => row[0] === time)!);
  expect([before![2], after![2]]).toEqual([null, moved]);
  expect(before![1]).not.toBe(after![1]);
});

describe('the newest days', () => {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const order = { source: 'metrics', timeframe: '5m', from: new Date(today - 4 * DAY).toISOString() };
  const watch = async (): Promise<WatchResult> =>
    (await createHandler(async () => at.host.services)({}, {} as Context)) as WatchResult;
  const [from, to] = [today - 3 * DAY, today - 2 * DAY];
  /** Differences between the stored rows and REST, by the rule of the stamps. */
  const differing = async (symbol: string) => {
    const served = new Map(
      (await rest('openInterestHist', symbol, from, to)).map((row) => [
        row.timestamp,
        Number(row.sumOpenInterest),
      ]),
    );
    const flow = new Map(
      (await rest('takerlongshortRatio', symbol, from - SLOT, to - SLOT)).map((row) => [
        Number(row.timestamp) + SLOT,
        Number(row.buySellRatio),
      ]),
    );
    const [stored, ratios] = [await interest(symbol, from, to), await taker(symbol, from, to)];
    expect(stored.length).toBeGreaterThan(200);
    return [
      stored.filter(([time, value]) => served.get(time) !== value).length,
      ratios.filter(([time, value]) => Math.abs(flow.get(time)! - value) > 6e-5).length,
    ];
  };

  it('are the same from the archive as from REST, and the detector agrees', async () => {
    expect(await run({ ...order, symbols: ['BTCUSDT'] })).toMatchObject({ failures: [] });
    expect(await differing('BTCUSDT')).toEqual([0, 0]);
    expect(await watch()).not.toHaveProperty('labelShifts');
    const [check] = await at.sql`select verdicts from market_data.label_checks where symbol = 'BTCUSDT'`;
    expect(Object.values(check!.verdicts).map((one) => (one as { outcome: string }).outcome)).toEqual(
      Array.from({ length: 5 }, () => 'holds'),
    );
    expect(await at.sql`select * from market_data.label_rules`).toHaveLength(0);
  });

  it('contradict the rule where only labels moved: a finding, a hold, and one command', async () => {
    at.venues.control.switches.set('metrics-values', 'kept');
    expect(await run({ ...order, source: 'open_interest_binance', symbols: ['ETHUSDT'] })).toMatchObject({
      failures: [],
    });
    expect((await differing('ETHUSDT'))[0]).toBeGreaterThan(200);
    expect(await watch()).toMatchObject({ labelShifts: 5 });
    expect(await watch()).not.toHaveProperty('labelShifts');
    const found = await at.sql`
      select source, detail from market_data.findings where kind = 'label-shift' and symbol = 'ETHUSDT' order by 1`;
    expect(found).toHaveLength(5);
    expect(found[0]!.detail).toMatchObject({ inForceMs: SLOT, fitsMs: 0 });
    const [held] = await at.sql`select held, shift, upper(files) as "end" from market_data.label_rules`;
    expect(held).toMatchObject({ held: true, end: null });

    const env = { GORDON_DATABASE_URL: at.host.databaseUrl };
    const command = [
      'convert-labels',
      '--source',
      'open_interest_binance',
      '--symbol',
      'ETHUSDT',
      '--shift',
      '0',
      '--from',
      new Date(today - 6 * DAY).toISOString().slice(0, 10),
    ];
    const stored = await interest('ETHUSDT', from, to);
    const dry = await gordon(command, { env });
    expect([dry.code, dry.stderr]).toEqual([0, '']);
    expect(dry.stdout).toMatch(/\d{4} rows would be converted; nothing was changed: add --write\n$/);
    expect(await interest('ETHUSDT', from, to)).toEqual(stored);
    const done = await gordon([...command, '--write'], { env });
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(await differing('ETHUSDT')).toEqual([0, 0]);
    const [changes] = await at.sql`
      select count(*)::int as n, count(became)::int as kept from market_data.row_changes where symbol = 'ETHUSDT'`;
    expect(changes!.n).toBeGreaterThan(1_000);
    expect(changes!.kept).toBeGreaterThan(changes!.n - 20);
    // The ledger has a row for each step that it claims, and what was vacated is fetched by the next job.
    expect(await run({ ...order, symbols: ['ETHUSDT'] })).toMatchObject({ failures: [] });
    const counted = await at.sql`
      select c.source, sum(c.rows)::int as rows from market_data.coverage c
      where c.source = 'open_interest_binance' and c.symbol = 'ETHUSDT' and c.timeframe = '5m' and c.state = 'have' group by 1`;
    const [{ n }] = (await at.sql`
      select count(*)::int as n from market_data.open_interest where venue = 'binance' and symbol = 'ETHUSDT' and timeframe = '5m'`) as never as [
      { n: number },
    ];
    expect(counted[0]!.rows).toBe(n);
    expect((await gordon(command, { env })).stdout).toMatch(/^0 rows would be converted/);

    // And back again: nothing is lost on either way.
    at.venues.control.switches.clear();
    const back = await gordon([...command.map((word) => (word === '0' ? '5m' : word)), '--write'], { env });
    expect(back.code).toBe(0);
    const again = new Map(stored.map(([time, value]) => [time, value]));
    const returned = await interest('ETHUSDT', from + DAY / 2, to - SLOT);
    expect(returned.filter(([time, value]) => again.get(time) !== value)).toEqual([]);
  });

  it('are refused where the command names no source with labels', async () => {
    const env = { GORDON_DATABASE_URL: at.host.databaseUrl };
    const wrong = ['convert-labels', '--source', 'klines_spot', '--from', '2026-07-01', '--shift', '0'];
    const refused = await gordon(wrong, { env });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^gordon-data: no source klines_spot with/),
    ]);
    const odd = await gordon([...wrong.slice(0, -1), '7m'], { env });
    expect(odd.code).toBe(2);
  });
});
