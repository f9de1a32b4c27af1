import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../functions/core/exports/manifest.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import { DAY, iso } from '../../../functions/core/time/time.ts';
import type { PeriodCertificate } from '../../../functions/core/verify/certificate.ts';
import { gordon } from '../../cli/support/run.ts';
import { coverageOf } from '../../helpers/coverage.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { startMemoryHost } from '../../helpers/memory-host.ts';

let at: TestHost;
const SPOT = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1h' };
beforeAll(async () => {
  at = await startTestHost();
  const range = { from: '2025-01-01', to: '2025-03-01' };
  const orders = [
    { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h', ...range },
    { source: 'funding', symbols: ['BTCUSDT'], ...range },
  ];
  for (const order of orders) await at.wait((await at.order(order)).id);
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const verify = async (body: object): Promise<PeriodCertificate> => {
  const answer = await at.ask<PeriodCertificate>('/backfill/verify', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return answer.body;
};
const JANUARY = { from: '2025-01-01', to: '2025-02-01' };
const HOURS = 31 * 24;
const api = () => `http://127.0.0.1:${at.host.ports.jobs}`;
const jobs = async () => (await at.ask<unknown[]>('/backfill/jobs?status=all')).body.length;

describe('a month that equals the data of the venue', () => {
  it('is certified with counts, bounds, hash and object', async () => {
    const before = await jobs();
    const found = await verify({ ...SPOT, ...JANUARY });
    expect(found).toMatchObject({ rows: HOURS, compared: HOURS, identical: true, differences: [] });
    expect([found.first, found.last]).toEqual(['2025-01-01T00:00:00Z', '2025-01-31T23:00:00Z']);
    expect(found.objects).toEqual([
      expect.objectContaining({ object: expect.stringContaining('BTCUSDT-1h-2025-01.zip') }),
    ]);
    expect(found.objects[0]!.ledger).toBe(found.objects[0]!.venue);
    expect(await jobs()).toBe(before);
    expect((await verify({ ...SPOT, ...JANUARY })).sha256).toBe(found.sha256);
  });
});

describe('an export', () => {
  it('has the same root and the hashes of the certificates, in whatever order the rows were loaded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gordon-orders-'));
    const order = (from: string, to: string) =>
      at.order({ source: 'klines_spot', symbols: ['SOLUSDT'], timeframe: '1h', from, to });
    const loadAndExport = async (
      name: string,
      pieces: readonly (readonly [string, string])[],
    ): Promise<Manifest> => {
      for (const [from, to] of pieces) await at.wait((await order(from, to)).id);
      const out = join(folder, name);
      const args = ['export', 'klines_spot', '--symbols', 'SOLUSDT', '--out', out];
      expect(await gordon(args, { env: { GORDON_DATABASE_URL: at.host.databaseUrl } })).toMatchObject({
        code: 0,
      });
      return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
    };
    try {
      const forwards = await loadAndExport('forwards', [
        ['2025-01-01', '2025-02-01'],
        ['2025-02-01', '2025-03-01'],
      ]);
      await at.sql`delete from market_data.spot_klines where symbol = 'SOLUSDT'`;
      for (const table of ['coverage', 'series', 'recounts']) {
        await at.sql`delete from ${at.sql(`market_data.${table}`)} where symbol = 'SOLUSDT'`;
      }
      // From the middle outwards: other files of the archive, other pages, other spans.
      const outwards = await loadAndExport('outwards', [
        ['2025-01-30', '2025-02-02'],
        ['2025-02-02', '2025-03-01'],
        ['2025-01-01', '2025-01-30'],
      ]);
      expect(outwards.root).toBe(forwards.root);
      expect(outwards.files.map(({ month, complete, rows }) => [month, complete, rows])).toEqual([
        ['2025-01', true, HOURS],
        ['2025-02', true, 28 * 24],
      ]);
      expect(outwards.files[0]!.objects).not.toEqual(forwards.files[0]!.objects);
      expect((await verify({ ...SPOT, symbol: 'SOLUSDT', ...JANUARY })).sha256).toBe(
        forwards.files[0]!.rows_sha256,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('rows that somebody', () => {
  const february = { from: '2025-02-01', to: '2025-03-01' };

  it('changed or removed are found, named and left as they are', async () => {
    await at.sql`set role gordon_writer`;
    const where = at.sql`symbol = 'BTCUSDT' and timeframe = '1h'`;
    await at.sql`update market_data.spot_klines set volume = volume + 1 where ${where} and open_time = '2025-02-03 04:00Z'`;
    await at.sql`delete from market_data.spot_klines where ${where} and open_time = '2025-02-05 06:00Z'`;
    const found = await verify({ ...SPOT, ...february });
    expect(found).toMatchObject({ identical: false, changed: 1, missing: 1, extra: 0, rows: 28 * 24 - 1 });
    const [changed, missing] = found.differences;
    expect(changed).toMatchObject({ kind: 'changed', stored: { open_time: '2025-02-03T04:00:00Z' } });
    expect(Number(changed!.stored!.volume) - Number(changed!.venue!.volume)).toBeCloseTo(1, 6);
    expect(missing).toMatchObject({
      kind: 'missing',
      stored: null,
      venue: { open_time: '2025-02-05T06:00:00Z' },
    });
    const findings = await at.sql`
      select kind, time from market_data.findings where job_id = 'verify' order by time`;
    expect(findings.map(({ kind }) => kind)).toEqual(['row-changed', 'row-missing']);
    const [row] = await at.sql`
      select volume from market_data.spot_klines where ${where} and open_time = '2025-02-03 04:00Z'`;
    expect(row!.volume).toBe(changed!.stored!.volume);
  });
});

describe('an invented row', () => {
  it('is found where the venue serves the period completely', async () => {
    await at.sql`
      insert into market_data.funding_rates
      select (jsonb_populate_record(t, '{"time": "2025-02-03T05:00:00Z"}')).* from market_data.funding_rates t
      where venue = 'binance' and symbol = 'BTCUSDT' and time = '2025-02-03 00:00Z'`;
    const february = { from: '2025-02-01', to: '2025-03-01' };
    const found = await verify({ source: 'funding_binance', symbol: 'BTCUSDT', ...february });
    expect(found).toMatchObject({ identical: false, changed: 0, missing: 0, extra: 1 });
    expect(found.differences[0]).toMatchObject({ kind: 'extra', venue: null });
  });
});

it('finds a value of FRED that somebody changed, although it may still be revised', async () => {
  const recent = periodAt('month', Date.now() - 120 * DAY);
  const range = { from: iso(recent.start), to: iso(recent.end) };
  await at.wait((await at.order({ source: 'macro', symbols: ['DGS10', 'SP500'], ...range })).id);
  const rows = await at.sql`
    select symbol, count(*)::int as n from market_data.macro_observations
    where time >= ${range.from} and time < ${range.to} group by 1 order by 1`;
  for (const { symbol, n } of rows) {
    const found = await verify({ source: 'macro_fred', symbol, ...range });
    expect(found).toMatchObject({ rows: n, compared: n, verdict: 'identical', identical: true });
    await at.sql`set role gordon_writer`;
    const [changed] = await at.sql`
      update market_data.macro_observations set value = value + 0.25
      where (time, realtime_start) = (select time, realtime_start from market_data.macro_observations
        where symbol = ${symbol} and time >= ${range.from} and value is not null order by time limit 1)
        and symbol = ${symbol} returning time`;
    const again = await verify({ source: 'macro_fred', symbol, ...range });
    expect(again).toMatchObject({ changed: 1, missing: 0, extra: 0, verdict: 'different' });
    expect(again.differences[0]!.stored!.time).toBe(iso(changed!.time.getTime()));
  }
  expect(rows).toHaveLength(2);
});

describe('a venue that', () => {
  it('published an object anew is found by rows and by hash', async () => {
    at.venues.faults.add({ kind: 'disagree', match: 'monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01' });
    const found = await verify({ ...SPOT, ...JANUARY });
    expect(found.identical).toBe(false);
    expect(found.changed).toBeGreaterThan(0);
    expect(found.objects[0]!.venue).not.toBe(found.objects[0]!.ledger);
  });
});

describe('the command line', () => {
  beforeAll(async () => {
    await at.wait((await at.order({ source: 'gex', symbols: ['BTC'] })).id);
  });

  const filter = ['--source', 'klines_spot', '--symbol', 'BTCUSDT', '--to', '2025-02-01'];

  it('prints a certificate whose hash another warehouse can compare', async () => {
    const first = await gordon(['verify', ...filter, '--json'], { api: api() });
    expect(first.code).toBe(0);
    const { sha256, identical, rows, periods } = JSON.parse(first.stdout);
    expect({ identical, rows }).toEqual({ identical: true, rows: HOURS });
    await using other = await startMemoryHost();
    await other.run({ source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h', ...JANUARY });
    const second = JSON.parse((await gordon(['verify', ...filter, '--json'], { api: other.url })).stdout);
    expect(second.sha256).toBe(sha256);
    expect(second.periods[0].sha256).toBe(periods[0].sha256);
  });

  it.each([
    [['--source', 'gex'], 1, /nothing was compared: .* rows? in 1 period, .* not repeated by the venue/],
    [
      ['--source', 'klines_spot', '--from', '2019-01-01', '--to', '2019-02-01'],
      1,
      /nothing was compared: 0 rows/,
    ],
    [['--source', 'klines_perp'], 1, /Nothing of klines_perp .*\nnothing was compared/],
    [['--symbol', 'NOSUCHUSDT'], 2, /NOSUCHUSDT: nothing was ever requested for it/],
    [['--source', 'klines_spot', '--symbol', 'FNG'], 2, /FNG: nothing of klines_spot was ever requested/],
    [['--source', 'gold'], 2, /no such source/],
    [['--from', '2025-02-01', '--to', '2025-01-01'], 2, /must lie before/],
  ])('says of %j that nothing was compared, or that there is no such thing', async (args, code, text) => {
    const ran = await gordon(['verify', ...args], { api: api() });
    expect(ran.code).toBe(code);
    expect(ran.stdout + ran.stderr).toMatch(text);
    const document = await gordon(['verify', ...args, '--json'], { api: api() });
    expect(document.code).toBe(code);
    if (code === 1) expect(JSON.parse(document.stdout)).toMatchObject({ identical: false, compared: 0 });
  });

  it('ends with 1 where something differs, and says what', async () => {
    const ran = await gordon(['verify', '--source', 'klines_spot', '--symbol', 'BTCUSDT'], { api: api() });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/2025-01-01 to 2025-02-01: 744 rows, 744 compared, identical [0-9a-f]{12}/);
    expect(ran.stdout).toMatch(/1 changed, 1 missing/);
    expect(ran.stdout).toMatch(/different: 1 of 2 periods/);
  });
});

describe('rows that somebody deletes', () => {
  const MARCH = {
    source: 'klines_spot',
    symbols: ['XRPUSDT'],
    timeframe: '1h',
    from: '2025-03-01',
    to: '2025-04-01',
  };
  const filter = ['--source', 'klines_spot', '--symbol', 'XRPUSDT'];
  const run = (...args: string[]) => gordon(['backfill', ...args, ...filter], { api: api() });
  const planned = async () =>
    (
      await at.ask<{ quote: { rows: number } }>('/backfill?dry_run=true', {
        method: 'POST',
        body: JSON.stringify(MARCH),
      })
    ).body.quote.rows;
  const covered = async () =>
    (await coverageOf(at, 'source=klines_spot&symbol=XRPUSDT')).get('klines_spot XRPUSDT 1h');

  it('are missing in report, plan and coverage before anybody counts all of them', async () => {
    await at.wait((await at.order(MARCH)).id);
    expect((await run('report', '--fail-on-gaps')).code).toBe(0);
    expect(await covered()).toEqual({ have: 31 * 24, missing: 0 });
    await at.sql`delete from market_data.spot_klines where symbol = 'XRPUSDT' and open_time < '2025-03-03Z'`;
    expect(await planned()).toBe(48);
    await at.sql`delete from market_data.spot_klines where symbol = 'XRPUSDT' and open_time < '2025-03-04Z'`;
    expect(await covered()).toEqual({ have: 28 * 24, missing: 72 });
    await at.sql`delete from market_data.spot_klines where symbol = 'XRPUSDT' and open_time < '2025-03-05Z'`;
    const report = await run('report', '--gaps', '--fail-on-gaps');
    expect(report.code).toBe(1);
    expect(report.stdout).toContain('2025-03-01 00:00:00 to 2025-03-05 00:00:00  96 rows');
    expect((await run('report')).code).toBe(0);
  });

  it('are found by a forced count where no statement left a mark, and the report says when it was', async () => {
    expect((await run('report')).stdout).toMatch(/Counted\n.*never\n/);
    // As a restore without triggers, or a row that the disk lost.
    await at.sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`delete from market_data.spot_klines where symbol = 'XRPUSDT' and open_time = '2025-03-10 12:00Z'`;
    });
    const first = await run('audit');
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/XRPUSDT +1h .* 647 +1\n1 row lost/);
    const second = await run('audit', '--json');
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject([{ symbol: 'XRPUSDT', rows: 647, lost: 0 }]);
    expect((await run('report')).stdout).toMatch(/Counted\n.* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/);
    const unknown = await gordon(['backfill', 'audit', '--symbol', 'NOSUCHUSDT'], { api: api() });
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('never had such a series')]);
  });
});
