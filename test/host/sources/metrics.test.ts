import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dirtOf } from '../../../simulator/binance-archive/dirt.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { csvOf } from '../../simulator/archive/helpers.ts';

/** Open interest and long/short ratios: five Binance sources out of one file a day, and Bybit's open interest. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RATIOS = ['top_accounts', 'top_positions', 'global_accounts', 'taker_volume'] as const;

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

/** Every kind of dirt lies in them, twice at least. */
const MONTHS = { symbols: ['BTCUSDT'], from: '2025-01-01', to: '2025-05-01' };
const run = async (order: object) => at.wait((await at.order(order)).id);
const files = () => at.venues.requests.count(/\/daily\/metrics\/.*\.zip$/);

const days: number[] = [];
for (let day = Date.parse(MONTHS.from); day < Date.parse(MONTHS.to); day += DAY) days.push(day);
const dirty = (...kinds: string[]) => days.filter((day) => kinds.includes(dirtOf('BTCUSDT', day) ?? ''));
/**
 * Hours of these months that no file has: one in a hole, three at the end of a day that was cut short, the last of them the midnight
 * after it, which is theirs as well: its last file is not cut short, and neither is the one that has its first midnight.
 */
const LACKING = dirty('hole').length + 3 * dirty('cut-short').length;
const EMPTY = dirty('empty-fields').length;

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  findings: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (symbol: string) =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`)).body.map((row) => ({
    source: row.source,
    rows: row.rows,
    gaps: row.gaps.length,
    reasons: [...new Set(row.empty.map(({ reason }) => reason))].sort(),
  }));

interface Line {
  readonly time: number;
  readonly values: readonly (number | null)[];
}
/** The hours of a published file, from 01:00 of its day to 00:00 of the next, in order and once: interest, its value and the four ratios. */
async function published(symbol: string, day: number): Promise<Line[]> {
  const name = new Date(day).toISOString().slice(0, 10);
  const bytes = async (path: string) => {
    const answer = await fetch(at.venues.env.GORDON_BINANCE_ARCHIVE_URL!.replace('/binance-archive', path));
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const key = `futures/um/daily/metrics/${symbol}/${symbol}-metrics-${name}.zip`;
  const [, ...lines] = await csvOf({ bytes } as never, key);
  const hours = new Map<number, Line>();
  // Since June 2026 a label is the beginning of its slot.
  const late = day < Date.UTC(2026, 5, 25) ? 0 : 300_000;
  for (const line of lines) {
    const [text, , ...fields] = line.split(',');
    const time = Date.parse(`${text!.replace(' ', 'T')}Z`) + late;
    if (time % HOUR === 0)
      hours.set(time, { time, values: fields.map((f) => (f === '' ? null : Number(f))) });
  }
  return [...hours.values()].sort((a, b) => a.time - b.time);
}

/** The hours that stand in the file of a day. */
const range = (day: number) => [new Date(day + HOUR), new Date(day + DAY + HOUR)] as const;
async function interest(venue: string, symbol: string, day: number) {
  const [from, to] = venue === 'bybit' ? [new Date(day), new Date(day + DAY)] : range(day);
  const rows = await at.sql`
    select (extract(epoch from time) * 1000)::float8 as time, open_interest, value_usd, unit, sides
    from market_data.open_interest where venue = ${venue} and symbol = ${symbol} and timeframe = '1h'
      and time >= ${from} and time < ${to} order by time`;
  return rows.map((row) => [row.time, row.open_interest, row.value_usd, row.unit, row.sides]);
}
async function ratios(kind: string, symbol: string, day: number) {
  const [from, to] = range(day);
  const rows = await at.sql`
    select (extract(epoch from time) * 1000)::float8 as time, ratio from market_data.long_short_ratios
    where kind = ${kind} and symbol = ${symbol} and timeframe = '1h' and time >= ${from} and time < ${to} order by time`;
  return rows.map((row) => [row.time, row.ratio]);
}
const findings = async () =>
  Object.fromEntries(
    (
      await at.sql`select source, kind, count(*)::int as n from market_data.findings where symbol = 'BTCUSDT' group by 1, 2`
    ).map((row) => [`${row.source} ${row.kind}`, row.n]),
  );

describe('four months', () => {
  it('of open interest loads, and the ratios come along', async () => {
    const job = await run({ ...MONTHS, source: 'open_interest' });
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    expect(files()).toBe(1 + 120);
    expect([days[0]! - DAY, days.at(-1)!].map((day) => dirtOf('BTCUSDT', day))).not.toContain('cut-short');
    const rows = 120 * 24 - LACKING;
    expect(await report('BTCUSDT')).toEqual([
      { source: 'open_interest_binance', rows, gaps: 0, reasons: ['not-published'] },
      { source: 'open_interest_bybit', rows: 120 * 24, gaps: 0, reasons: [] },
      { source: 'ratio_global_accounts', rows: rows - EMPTY, gaps: 0, reasons: ['not-published'] },
      { source: 'ratio_taker_volume', rows, gaps: 0, reasons: ['not-published'] },
      { source: 'ratio_top_accounts', rows, gaps: 0, reasons: ['not-published'] },
      { source: 'ratio_top_positions', rows, gaps: 0, reasons: ['not-published'] },
    ]);
  });

  it('of ratios came along: nothing is requested', async () => {
    const before = at.venues.requests.all().length;
    const job = await run({ ...MONTHS, source: 'metrics' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(await run({ ...MONTHS, source: 'open_interest' })).toMatchObject({ rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('stores the values of the files, on clean days and on dirty ones', async () => {
    const sample = ['unsorted', 'hole', 'empty-fields', 'duplicate-midnight', 'zeros', 'cut-short'];
    for (const day of [Date.parse('2025-03-02'), ...sample.map((kind) => dirty(kind)[1]!)]) {
      const lines = await published('BTCUSDT', day);
      expect(await interest('binance', 'BTCUSDT', day)).toEqual(
        lines.map(({ time, values }) => [time, values[0], values[1], 'base_coin', 'one']),
      );
      for (const [i, kind] of RATIOS.entries()) {
        const filled = lines.filter(({ values }) => values[2 + i] !== null);
        expect(await ratios(kind, 'BTCUSDT', day)).toEqual(
          filled.map(({ time, values }) => [time, values[2 + i]]),
        );
      }
    }
  });

  it('records a finding for each oddity, once for each file and source', async () => {
    const each = (kind: string, n: number, sources: readonly string[]) =>
      sources.map((source) => [`${source} ${kind}`, n] as const);
    const all = ['open_interest_binance', ...RATIOS.map((kind) => `ratio_${kind}`)];
    expect(await findings()).toEqual(
      Object.fromEntries([
        ...each('unsorted-rows', dirty('unsorted').length, all),
        ...each('duplicate-rows', dirty('duplicate-midnight').length, all),
        ...each('empty-field', EMPTY, ['ratio_global_accounts']),
        ...each(
          'zero-value',
          dirty('zeros').length,
          all.filter((id) => /_accounts|_positions/.test(id)),
        ),
      ]),
    );
  });

  it('has a proof for each missing hour', async () => {
    const day = dirty('empty-fields')[0]!;
    const [proof] = await at.sql`
      select reason, evidence from market_data.coverage where source = 'ratio_global_accounts' and symbol = 'BTCUSDT'
        and state = 'empty' and span = tstzrange(${new Date(day + 9 * HOUR)}, ${new Date(day + 10 * HOUR)})`;
    const name = new Date(day).toISOString().slice(0, 10);
    expect(proof).toMatchObject({
      reason: 'not-published',
      evidence: [
        { what: expect.stringContaining(`metrics-${name}.zip`), status: 200, sha256: expect.any(String) },
      ],
    });
  });

  it('of Bybit stores what the venue serves, with unit and sides', async () => {
    const day = Date.parse('2025-04-08');
    const query = `category=linear&symbol=BTCUSDT&intervalTime=1h&startTime=${day}&endTime=${day + DAY - 1}&limit=200`;
    const answer = await fetch(`${at.venues.env.GORDON_BYBIT_URL}/v5/market/open-interest?${query}`);
    const { result } = (await answer.json()) as {
      result: { list: { openInterest: string; timestamp: string }[] };
    };
    const served = result.list.toReversed().map((row) => [Number(row.timestamp), Number(row.openInterest)]);
    expect(served).toHaveLength(24);
    expect(await interest('bybit', 'BTCUSDT', day)).toEqual(
      served.map(([time, value]) => [time, value, null, 'base_coin', 'both']),
    );
  });

  it('restores deleted rows from the files of their days alone', async () => {
    const digest = () => at.sql`
      select md5(string_agg(t::text, '' order by kind, symbol, time)) as md5, count(*)::int as n
      from market_data.long_short_ratios t`;
    const before = await digest();
    const gone = await at.sql`
      delete from market_data.long_short_ratios where symbol = 'BTCUSDT'
        and (time = '2025-03-02 05:00' or (kind = 'taker_volume' and time >= '2025-04-10' and time < '2025-04-12'))`;
    expect(gone.count).toBe(4 + 48);
    const read = files();
    const job = await run({ ...MONTHS, source: 'metrics' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: gone.count });
    expect(files() - read).toBe(4);
    expect(await digest()).toEqual(before);
  });
});

describe('a symbol', () => {
  it('of which ratios alone were ordered is read once for all of them', async () => {
    const before = files();
    const job = await run({ source: 'metrics', symbols: ['ETHUSDT'], from: '2025-02-01', to: '2025-04-01' });
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    expect(files() - before).toBe(1 + 28 + 31);
    expect((await report('ETHUSDT')).map(({ source, gaps }) => [source, gaps])).toEqual([
      ['open_interest_binance', 0],
      ['ratio_global_accounts', 0],
      ['ratio_taker_volume', 0],
      ['ratio_top_accounts', 0],
      ['ratio_top_positions', 0],
    ]);
  });

  it('has every five minutes of the files, where those were ordered', async () => {
    const order = {
      source: 'metrics',
      symbols: ['BTCUSDT'],
      timeframe: '5m',
      from: '2025-03-02',
      to: '2025-03-05',
    };
    expect(await run(order)).toMatchObject({ status: 'succeeded', failures: [] });
    const rows = await at.sql`
      select kind, count(*)::int as n from market_data.long_short_ratios
      where symbol = 'BTCUSDT' and timeframe = '5m' group by 1 order by 1`;
    // The fourth of March has a hole of a quarter of an hour.
    expect(dirtOf('BTCUSDT', Date.parse('2025-03-04'))).toBe('hole');
    // The file of the first, in which the first midnight would stand, was cut short.
    expect(dirtOf('BTCUSDT', Date.parse('2025-03-01'))).toBe('cut-short');
    expect(rows.map(({ kind, n }) => [kind, n])).toEqual(
      RATIOS.toSorted().map((kind) => [kind, 3 * 288 - 3 - 1]),
    );
  });

  it('that is young or gone has its proofs', async () => {
    await run({ source: 'open_interest', symbols: ['NEWUSDT'], from: '2025-06-01', to: '2025-07-01' });
    await run({ source: 'open_interest', symbols: ['OLDUSDT'], from: '2025-03-01', to: '2025-05-01' });
    const young = (await report('NEWUSDT')).filter(({ source }) => source.startsWith('open_interest'));
    const gone = (await report('OLDUSDT')).filter(({ source }) => source.startsWith('open_interest'));
    for (const row of young)
      expect(row).toMatchObject({ gaps: 0, reasons: expect.arrayContaining(['pre-listing']) });
    for (const row of gone)
      expect(row).toMatchObject({ gaps: 0, reasons: expect.arrayContaining(['delisted']) });
  });

  it('whose file is damaged and too old for REST has a gap, not a proof', async () => {
    const day = Date.parse('2025-05-06');
    const fault = at.venues.faults.add({ kind: 'wrong-checksum', match: 'BNBUSDT-metrics-2025-05-06' });
    const order = {
      source: 'open_interest_binance',
      symbols: ['BNBUSDT'],
      from: '2025-05-05',
      to: '2025-05-08',
    };
    expect(await run(order)).toMatchObject({ status: 'completed_with_gaps' });
    expect(await interest('binance', 'BNBUSDT', day)).toEqual([]);
    fault.remove();
    expect(await run(order)).toMatchObject({ status: 'succeeded' });
    expect((await interest('binance', 'BNBUSDT', day)).length).toBeGreaterThan(20);
  });
});

it('takes the tail from REST, backward page by page, and the same numbers', async () => {
  const now = Date.now();
  at.venues.faults.add({ kind: 'not-found', match: '/metrics/' });
  const from = new Date(now - 28 * DAY).toISOString();
  const job = await run({ source: 'metrics', symbols: ['XRPUSDT'], from });
  expect(job).toMatchObject({ status: 'succeeded', failures: [] });
  for (const kind of RATIOS) {
    const [row] = await at.sql`
      select count(*)::int as n, count(long_share)::int as shares, count(buy_volume)::int as volumes
      from market_data.long_short_ratios where symbol = 'XRPUSDT' and kind = ${kind}`;
    expect(row!.n).toBeGreaterThanOrEqual(28 * 24 - 2);
    expect([row!.shares, row!.volumes]).toEqual(kind === 'taker_volume' ? [0, row!.n] : [row!.n, 0]);
  }
  at.venues.faults.clear();
  const day = Math.floor(now / DAY) * DAY - 5 * DAY;
  const lines = await published('XRPUSDT', day);
  for (const [i, kind] of RATIOS.entries()) {
    const stored = new Map(
      (await ratios(kind, 'XRPUSDT', day)).map(([time, ratio]) => [time, ratio as number]),
    );
    expect(stored.size).toBe(24);
    for (const { time, values } of lines) {
      if (values[2 + i]) expect(stored.get(time)).toBeCloseTo(values[2 + i]!, 3);
    }
  }
  const sent = at.venues.requests.all().length;
  expect(await run({ source: 'metrics', symbols: ['XRPUSDT'], from })).toMatchObject({ status: 'succeeded' });
  expect(at.venues.requests.all().length - sent).toBeLessThanOrEqual(4);
});
