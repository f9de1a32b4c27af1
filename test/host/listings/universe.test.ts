import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/schedules/watch-instruments.ts';
import { gordon } from '../../cli/support/run.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { until } from '../../helpers/until.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const DAY = { from: '2025-03-01', to: '2025-03-02', timeframe: '1h' };
const volumes = async (path: string): Promise<string[]> => {
  const response = await fetch(`${at.venues.url}${path}`);
  const tickers = (await response.json()) as { symbol: string; quoteVolume: string }[];
  // Perpetuals in USDC have volumes too.
  const inUsdt = tickers.filter(({ symbol }) => symbol.endsWith('USDT'));
  return inUsdt.sort((a, b) => Number(b.quoteVolume) - Number(a.quoteVolume)).map(({ symbol }) => symbol);
};

describe('an order with a selector', () => {
  it('takes the most traded symbols, and they are loaded', async () => {
    const order = { source: 'klines_perp', symbols: ['@usdt-perps:3'], ...DAY };
    const job = await at.wait((await at.order(order)).id);
    expect(job.symbols).toEqual((await volumes('/binance-usdm/fapi/v1/ticker/24hr')).slice(0, 3));
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 3 * 24, skipped: [] });
  });

  it('may take all trading symbols beside symbols by name, each once', async () => {
    const { symbols } = await at.order({ source: 'klines_spot', symbols: ['BTCUSDT', '@usdt-spot'], ...DAY });
    expect(symbols[0]).toBe('BTCUSDT');
    expect(symbols).toContain('SOLUSDT');
    expect(symbols).not.toContain('OLDUSDT');
    expect(symbols).not.toContain('ETHBTC');
    expect(new Set(symbols).size).toBe(symbols.length);
  });

  it('leaves out what another market does not have', async () => {
    const { symbols, skipped } = await at.order({ source: 'klines', symbols: ['@usdt-perps'], ...DAY });
    expect(symbols).toContain('1000SHIBUSDT');
    expect(skipped).toEqual(['klines_spot 1000SHIBUSDT']);
  });

  it.each([
    ['@usdt-options', 400, 'invalid-selector'],
    ['@zzz-perps:5', 422, 'empty-selection'],
  ])('is refused for %s', async (symbol, status, code) => {
    const body = JSON.stringify({ source: 'klines_perp', symbols: [symbol] });
    expect(await at.ask('/backfill', { method: 'POST', body })).toMatchObject({ status, body: { code } });
  });
});

/** What a `dry_run` or a refusal says. */
interface Answered {
  readonly symbols: string[];
  readonly skipped: string[];
  readonly code: string;
  readonly detail: string;
}
const plan = (source: string, symbols: readonly string[]) => {
  const body = JSON.stringify({ source, symbols, ...DAY });
  return at.ask<Answered>('/backfill?dry_run=true', { method: 'POST', body });
};

describe('a name in Chinese', () => {
  const SYMBOL = '币安人生USDT';
  const ESCAPED = encodeURIComponent(SYMBOL);
  const run = (...args: readonly string[]) => gordon(args, { api: `http://127.0.0.1:${at.host.ports.jobs}` });
  const ordered = ['--symbols', SYMBOL, '--from', '2026-01-06', '--to', '2026-02-03', '--timeframe', '1h'];

  it('is loaded from archive and REST and counted, by the command line', async () => {
    const ran = await run('backfill', 'klines', 'trigger', ...ordered, '--wait');
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining(`klines ${SYMBOL} 1h`)]);
    const lately = new Date(Date.now() - 36 * 3_600_000).toISOString();
    const job = await at.wait(
      (await at.order({ source: 'klines_perp', symbols: [SYMBOL], from: lately, timeframe: '1h' })).id,
    );
    expect(job).toMatchObject({ status: 'succeeded', symbols: [SYMBOL] });
    expect(job.chunks.every(({ chunk }) => chunk.startsWith(`klines_perp ${SYMBOL} 1h `))).toBe(true);
    const found = await at.sql`
      select distinct object from market_data.coverage
      where source = 'klines_perp' and symbol = ${SYMBOL} and state = 'have'`;
    const objects = found.map(({ object }) => String(object));
    for (const from of [`/monthly/klines/${SYMBOL}/1h/`, `/daily/klines/${SYMBOL}/1h/`, '/fapi/v1/klines']) {
      expect(objects).toContainEqual(expect.stringContaining(from));
    }
    const lines = at.venues.requests.last(5_000).map(({ line }) => line);
    expect(lines).toContainEqual(expect.stringContaining(`/${SYMBOL}/1h/${SYMBOL}-1h-2026-01.zip.CHECKSUM`));
    expect(lines).toContainEqual(expect.stringContaining(`symbol=${ESCAPED}&`));
  });

  it('is found by the API: its rows, its account, what of it lies before its listing', async () => {
    const get = async <T>(path: string): Promise<T> => (await at.ask<T>(path)).body;
    const query = `source=klines_spot&symbol=${ESCAPED}&timeframe=1h&from=2026-01-06&to=2026-02-03`;
    const spans = await get<{ state: string; reason: string | null; from: string; to: string }[]>(
      `/backfill/ledger?${query}`,
    );
    expect(spans.find(({ state }) => state === 'empty')).toMatchObject({
      reason: 'pre-listing',
      from: '2026-01-06T00:00:00Z',
      to: '2026-01-07T13:00:00Z',
    });
    const rows = await get<{ symbol: string }[]>(`/data/spot_klines?${query}`);
    expect([rows.length, rows[0]!.symbol]).toEqual([28 * 24 - 37, SYMBOL]);
    const report = await get<{ symbol: string; gaps: unknown[] }[]>(`/backfill/report?symbol=${ESCAPED}`);
    expect(report.map(({ symbol, gaps }) => [symbol, gaps.length])).toEqual([
      [SYMBOL, 0],
      [SYMBOL, 0],
    ]);
    const [covered] = await get<{ symbol: string }[]>(`/backfill/coverage?${query}`);
    expect(covered).toMatchObject({ symbol: SYMBOL });
  });

  it.each([
    ['funding_binance', '2026-03-01', 28 * 3],
    ['open_interest_binance', '2026-02-03', 2 * 24],
  ])('has settlements and readings from files in its folder too: %s', async (source, to, rows) => {
    const range = { from: '2026-02-01', to, timeframe: '1h' };
    const job = await at.wait((await at.order({ source, symbols: [SYMBOL], ...range })).id);
    expect(job.status).toBe('succeeded');
    const [held] = await at.sql`
      select sum(rows)::int as rows, bool_or(object like ${`%/${SYMBOL}/${SYMBOL}-%`}) as filed from market_data.coverage
      where source = ${source} and symbol = ${SYMBOL} and state = 'have'`;
    expect(held).toEqual({ rows, filed: true });
  });

  it('can be verified, unfollowed and is printed in columns', async () => {
    const of = ['--source', 'klines_perp', '--symbol', SYMBOL];
    const verified = await run('verify', ...of, '--from', '2026-02-01', '--to', '2026-02-03');
    expect([verified.stderr, verified.code, verified.stdout]).toEqual([
      '',
      0,
      expect.stringContaining(SYMBOL),
    ]);
    const report = await run('backfill', 'report', '--symbol', SYMBOL);
    expect([report.code, report.stdout]).toEqual([0, expect.stringContaining(SYMBOL)]);
    const left = await run('backfill', 'unfollow', 'klines_spot', '--symbols', SYMBOL);
    expect([left.code, left.stdout]).toEqual([
      0,
      expect.stringContaining(`klines_spot ${SYMBOL} 1h is no longer`),
    ]);
  });
});

describe('perpetuals of stocks and metals', () => {
  it('are chosen by a selector, and have candles on a weekend', async () => {
    at.venues.control.switches.set('binance-tradfi', 'on');
    const { body } = await plan('klines', ['@usdt-perps']);
    expect(body.symbols).toEqual(expect.arrayContaining(['TSLAUSDT', 'XAUUSDT', '币安人生USDT']));
    expect(body.skipped.sort()).toEqual([
      'klines_spot 1000SHIBUSDT',
      'klines_spot TSLAUSDT',
      'klines_spot XAUUSDT',
    ]);
    // A Saturday and a Sunday.
    const range = { from: '2026-02-07', to: '2026-02-09', timeframe: '1m' };
    const job = await at.wait(
      (await at.order({ source: 'klines_perp', symbols: ['TSLAUSDT'], ...range })).id,
    );
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 2 * 1_440 });
    at.venues.control.switches.clear();
  });
});

describe('symbols that an order cannot take as they are', () => {
  it('are left out and named where a selector chose them', async () => {
    const odd = at.venues.faults.add({
      kind: 'replace',
      venue: 'binance-usdm',
      match: 'exchangeInfo',
      find: '"symbol":"LINKUSDT"',
      by: '"symbol":"LINK USDT"',
    });
    const { status, body } = await plan('klines_perp', ['@usdt-perps']);
    odd.remove();
    expect([status, body.skipped]).toEqual([200, ['klines_perp LINK USDT']]);
    expect(body.symbols).toContain('BTCUSDT');
  });

  it.each([
    ['btcusdt', 'Write BTCUSDT.'],
    ['BTC/USDT', 'Write BTCUSDT.'],
    ['BTC-USDT', 'Write BTCUSDT.'],
    ['BTC/USDT:USDT', 'Write BTCUSDT.'],
    ['币安人生usdt', 'Write 币安人生USDT.'],
    ['BTCUSDT_250627', 'klines_spot and klines_perp take no dated futures. Order the perpetual: BTCUSDT.'],
  ])('are answered with the right spelling: %s', async (word, said) => {
    const { status, body } = await plan('klines', [word]);
    expect([status, body.code, body.detail]).toEqual([422, 'unknown-symbol', expect.stringContaining(said)]);
    const api = `http://127.0.0.1:${at.host.ports.jobs}`;
    const ran = await gordon(['backfill', 'klines', 'trigger', '--symbols', word], { api });
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(ran.stderr.trimEnd()).not.toContain('\n');
  });
});

describe('an order of a thousand symbols', () => {
  it.each([
    ['klines_perp', ['/fapi/v1/exchangeInfo']],
    ['klines', ['/api/v3/exchangeInfo', '/fapi/v1/exchangeInfo']],
  ])('of %s requests a list of each market and nothing else', async (source, paths) => {
    at.venues.control.switches.set('binance-fillers', '1000');
    at.venues.requests.clear();
    const names = Array.from({ length: 1_000 }, (_, i) => `LOT${String(i + 1).padStart(4, '0')}USDT`);
    const { status, body } = await plan(source, names);
    at.venues.control.switches.clear();
    expect([status, body.symbols.length, body.skipped]).toEqual([200, 1_000, []]);
    const lines = at.venues.requests.last(100).map(({ line }) => line);
    expect(lines.filter((line) => line.includes('LOT'))).toEqual([]);
    expect(lines.map((line) => line.replace(/^GET \/binance-\w+/, '')).sort()).toEqual(paths);
  });
});

describe('the history of listings', () => {
  const watch = async () => createHandler(async () => at.host.services)({}, {} as Context);
  const now = () => at.sql`select * from market_data.instruments where until is null`;

  it('has a row for each state, and none for what stays as it is', async () => {
    const { changed } = (await watch()) as { changed: Record<string, number> };
    const rows = await now();
    expect(rows.length).toBe(changed['binance spot']! + changed['binance perps']!);
    expect(rows.find(({ market, symbol }) => market === 'perps' && symbol === 'OLDUSDT')).toMatchObject({
      venue: 'binance',
      status: 'SETTLING',
      delisted_at: new Date('2025-03-20T09:00:00Z'),
    });
    expect(await watch()).toEqual({ changed: { 'binance spot': 0, 'binance perps': 0 } });
    expect((await now()).length).toBe(rows.length);
  });

  it('continues with the other market where one refuses, and reports it', async () => {
    const refused = at.venues.faults.add({ kind: 'status', status: 451, venue: 'binance-spot' });
    const before = at.venues.requests.count('/fapi/v1/exchangeInfo');
    await expect(watch()).rejects.toMatchObject({ code: 'region-refused' });
    expect(at.venues.requests.count('/fapi/v1/exchangeInfo')).toBe(before + 1);
    refused.remove();
  });

  it('ignores a list that it can read only in part: a symbol missing there is not gone', async () => {
    const find = '"symbol":"SOLUSDT","status":"TRADING"';
    const by = '"symbol":"SOLUSDT","status":null';
    const odd = at.venues.faults.add({ kind: 'replace', venue: 'binance-spot', find, by });
    await expect(watch()).rejects.toMatchObject({
      code: 'malformed-rows',
      message: expect.stringContaining('SOLUSDT'),
    });
    odd.remove();
    const rows = await now();
    expect(rows.filter(({ symbol }) => symbol === 'SOLUSDT').map(({ status }) => status)).toEqual([
      'TRADING',
      'TRADING',
    ]);
  });

  it('closes the row of what was delisted or is gone, and dates the next', async () => {
    const { instruments } = at.host.services;
    const market = { venue: 'test', market: 'spot' } as const;
    const note = async (listed: Parameters<typeof instruments.note>[1]): Promise<number> => {
      const before = Date.now();
      // Of two states at one instant the last one stays alone.
      await until('the clock goes on', () => Date.now() > before, 1);
      return instruments.note(market, listed);
    };
    const one = { symbol: 'AUSDT', quote: 'USDT', status: 'TRADING', trading: true };
    const two = { ...one, symbol: 'BUSDT' };
    expect(await note([one, two])).toBe(2);
    expect(await note([{ ...one, status: 'BREAK' }])).toBe(2);
    expect(await note([{ ...one, status: 'BREAK' }])).toBe(0);
    expect(await note([{ ...one, status: 'BREAK' }, two])).toBe(1);
    const rows = await at.sql`
      select symbol, status, until is null as now from market_data.instruments where venue = 'test' order by symbol, since`;
    expect(rows.map(({ symbol, status, now }) => [symbol, status, now])).toEqual([
      ['AUSDT', 'TRADING', false],
      ['AUSDT', 'BREAK', true],
      ['BUSDT', 'TRADING', false],
      ['BUSDT', 'gone', false],
      ['BUSDT', 'TRADING', true],
    ]);
  });
});

describe('an order with a selector of a past day', () => {
  const run = (...args: readonly string[]) => gordon(args, { api: `http://127.0.0.1:${at.host.ports.jobs}` });
  const HOURS = ['--timeframe', '1h', '--from', '2022-08-01', '--to', '2022-08-02'];

  it('is refused before the universe is complete, with the command that completes it', async () => {
    expect(await plan('klines_perp', ['@usdt-perps@2022-08-01'])).toMatchObject({
      status: 409,
      body: { code: 'universe-incomplete' },
    });
    const shown = await run('universe', '--at', '2022-08-01');
    expect([shown.code, shown.stderr]).toEqual([1, expect.stringContaining('gordon-data universe refresh')]);
    const refreshed = await run('universe', 'refresh');
    expect([refreshed.stderr, refreshed.code]).toEqual(['', 0]);
    expect(refreshed.stdout).toMatch(/^binance usdm: \d+ symbols, \d+ symbols looked up, \d+ lives found$/m);
  });

  it('chooses symbols that ended since, and shows them', async () => {
    const shown = await run('universe', '--at', '2022-08-01', '--quote', 'USDT', '--contract', 'perpetual');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/FROZENUSDT .*2022-09-15 09:00/)]);
    const rows = await at.sql`
      select symbol from market_data.universe
      where venue = 'binance' and contract = 'perpetual' and quote = 'USDT' and valid @> '2022-08-01Z'::timestamptz order by symbol`;
    const { body } = await plan('klines_perp', ['@usdt-perps@2022-08-01']);
    expect(body.symbols).toEqual(rows.map(({ symbol }) => symbol));
    expect(body.symbols).toContain('FROZENUSDT');
    expect(body.symbols).not.toContain('NEWUSDT');
  });

  it('by volume is refused with what the daily candles would take, and loads them first if it may', async () => {
    const selected = ['--symbols', '@usdt-perps@2022-08-01:3', ...HOURS];
    const refused = await run('backfill', 'klines_perp', 'trigger', ...selected);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(
        /have no daily candle of that day.*Loading them takes \d+ requests? in \d+ chunks?, about/,
      ),
    ]);
    expect(refused.stderr).toContain('--timeframe 1d --from 2022-08-01 --to 2022-08-02');
    const [, body = ''] = /By the API: POST \/backfill (\{.*?\})/.exec(refused.stderr) ?? [];
    expect(JSON.parse(body)).toEqual({
      source: 'klines_perp',
      symbols: ['@usdt-perps@2022-08-01'],
      timeframe: '1d',
      from: '2022-08-01',
      to: '2022-08-02',
    });
    const ran = await run('backfill', 'klines_perp', 'trigger', ...selected, '--with-candles', '--wait');
    expect([ran.stderr, ran.code]).toEqual(['', 0]);
    const ranked = await at.sql`
      select symbol from market_data.perp_klines where timeframe = '1d' and open_time = '2022-08-01Z'
      order by quote_volume desc limit 3`;
    const hours = await at.sql`
      select symbol, count(*)::int as n from market_data.perp_klines where timeframe = '1h'
        and open_time >= '2022-08-01Z' and open_time < '2022-08-02Z' group by symbol`;
    expect(Object.fromEntries(hours.map(({ symbol, n }) => [symbol, n]))).toEqual(
      Object.fromEntries(ranked.map(({ symbol }) => [symbol, 24])),
    );
    // From now on the candles are there, and the order is taken as it is.
    expect((await plan('klines_perp', ['@usdt-perps@2022-08-01:3'])).body.symbols).toEqual(
      ranked.map(({ symbol }) => symbol),
    );
  });

  it('names a contract that was settled as its archive does, and loads its candles', async () => {
    const settled = ['AGAINUSDT_SETTLED'];
    expect((await plan('klines_perp', ['@usdt-perps@2022-01-01'])).body.symbols).toContain(settled[0]);
    const range = { from: '2022-01-01', to: '2022-01-02', timeframe: '1d' };
    const job = await at.wait((await at.order({ source: 'klines_perp', symbols: settled, ...range })).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 1 });
  });
});
