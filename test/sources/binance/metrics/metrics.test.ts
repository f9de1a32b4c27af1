import { describe, expect, it } from 'vitest';
import type { PagesTier } from '../../../../functions/core/series/source.ts';
import { metricsParser, USDM_FILES } from '../../../../functions/sources/binance/metrics/metrics-csv.ts';
import { sources } from '../../../../functions/sources/index.ts';
import {
  ratio_global_accounts,
  ratio_taker_volume,
} from '../../../../functions/sources/metrics/ratios_binance.ts';
import { open_interest_binance } from '../../../../functions/sources/open_interest/open_interest_binance.ts';
import { recorded } from '../../../helpers/recorded.ts';
import { bytes, parseFile, rowsOf, tiersOf } from '../../conformance.ts';

const HOUR = 3_600_000;
const january = Date.UTC(2025, 0);
const series = { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '1h' as const };
const restOf = (source: typeof ratio_taker_volume): PagesTier => tiersOf(source, 'pages')[0]!;

const line = (time: string, ...values: string[]) => `2025-01-01 ${time}:00,BTCUSDT,${values.join(',')}`;
const read = (source: string, ...lines: string[]) => {
  const [parsed] = parseFile(
    metricsParser(USDM_FILES)({ ...series, source }),
    bytes(lines.join('\n')),
  ).parsed;
  return parsed!;
};

describe('a day of metrics', () => {
  it('gives the rows of all five sources, each with its own findings', () => {
    const parsed = read(
      'ratio_global_accounts',
      line('00:00', '1', '10', '1.1', '1.2', '1.3', '1.4'),
      line('01:00', '2', '20', '0.00000000', '2.2', '""', '2.4'),
      line('02:00', '3', '', '3.1', '3.2', '', '3.4'),
    );
    expect(rowsOf(parsed).map((row) => row[4])).toEqual([1.3]);
    expect(parsed.findings).toEqual([
      { kind: 'empty-field', time: january + HOUR, until: january + 2 * HOUR + 300_000, detail: { rows: 2 } },
    ]);
    const also = Object.entries(parsed.also!).map(([id, { batch, findings }]) => [
      id,
      rowsOf({ batch }).map((row) => row[4]),
      findings.map(({ kind, detail }) => `${kind} ${detail.rows}`),
    ]);
    expect(also).toEqual([
      ['open_interest_binance', [1, 2, 3], ['empty-field 1']],
      ['ratio_top_accounts', [1.1, 0, 3.1], ['zero-value 1']],
      ['ratio_top_positions', [1.2, 2.2, 3.2], []],
      ['ratio_taker_volume', [1.4, 2.4, 3.4], []],
    ]);
    expect(rowsOf(parsed.also!.open_interest_binance!)[2]!.at(-1)).toBeNull();
  });

  it('keeps the first of two rows of one time and reports when they differ', () => {
    const twice = [
      line('00:00', '1', '10', '1', '1', '1', '1'),
      line('00:00', '1', '10', '1', '1', '1', '1'),
      line('01:00', '2', '20', '1', '1', '1', '1'),
      line('01:00', '9', '20', '1', '1', '1', '1'),
    ];
    const parsed = read('open_interest_binance', ...twice);
    expect(rowsOf(parsed).map((row) => row[4])).toEqual([1, 2]);
    expect(parsed.findings.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['duplicate-rows', { rows: 1 }],
      ['duplicate-conflict', { rows: 1, kept: '[2,20]', dropped: '[9,20]' }],
    ]);
    // An empty field says nothing: the row that has one counts.
    const second = read('open_interest_binance', line('00:00', '', '', '1', '1', '1', '1'), twice[0]!);
    expect([rowsOf(second).map((row) => row[4]), second.findings]).toEqual([[1], []]);
  });

  it('takes what is late by seconds to its five minutes, and reports it', () => {
    const parsed = read('open_interest_binance', '2025-01-01 01:00:03,BTCUSDT,1,10,1,1,1,1');
    expect([...parsed.batch.times]).toEqual([january + HOUR]);
    expect(parsed.findings.map(({ kind }) => kind)).toEqual(['off-grid-time']);
  });

  it('is checked on the grid of the series alone', () => {
    const lines = ['00:00', '00:05', '00:05', '00:10'].map((time) =>
      line(time, '1', '1', '1', '1', '1', '0'),
    );
    expect(read('open_interest_binance', ...lines)).toMatchObject({ batch: { length: 1 }, findings: [] });
    const fine = { ...series, timeframe: '5m' as const };
    const [parsed] = parseFile(metricsParser(USDM_FILES)(fine), bytes(lines.join('\n'))).parsed;
    expect([...parsed!.batch.times]).toEqual([january, january + 300_000, january + 600_000]);
    expect(parsed!.findings.map(({ kind }) => kind)).toEqual(['duplicate-rows']);
  });
});

describe('the requests', () => {
  const range = { start: january, end: january + 24 * HOUR };

  it('request the timeframe, and of taker volume for the five minutes that the archive has', () => {
    const period = (source: typeof ratio_taker_volume) => restOf(source).request(series, range).query!.period;
    expect([period(ratio_global_accounts), period(ratio_taker_volume)]).toEqual(['1h', '5m']);
    expect(restOf(ratio_global_accounts).request(series, range).query).toMatchObject({
      startTime: range.start,
      endTime: range.end - 1,
      limit: 500,
    });
    // A volume is stamped with the beginning of its slot and stored at the end of it.
    expect(restOf(ratio_taker_volume).request(series, range).query).toMatchObject({
      startTime: range.start - 300_000,
      endTime: range.end - 300_001,
      limit: 500,
    });
  });

  it('keep away from the limit of thirty days, at which the venue refuses', () => {
    expect(restOf(open_interest_binance).reachMs).toBeLessThan(30 * 24 * HOUR);
  });

  it('count in the budgets of their own that the venue reports nothing about', () => {
    const families = (id: string) =>
      tiersOf(sources[id]!, 'pages').map((tier) => tier.request(series, range).family);
    expect(families('ratio_top_accounts')).toEqual([
      { id: 'binance-usdm-data', limit: 1000, windowMs: 300_000 },
    ]);
    expect(families('funding_binance')).toEqual([
      { id: 'binance-usdm-funding', limit: 500, windowMs: 300_000 },
    ]);
  });
});

it('names siblings that name each other', () => {
  const five = Object.values(sources).filter(
    ({ siblings, tiers }) => tiers[0]?.kind === 'archive' && siblings,
  );
  expect(five).toHaveLength(5);
  for (const { id, siblings } of five) {
    expect([...siblings!, id].sort()).toEqual(five.map((other) => other.id).sort());
  }
});

const file = (name: string) => recorded(`binance_usdm/BNBUSDT_${name}_1d_30rows.json`);
const [interest, accounts] = [file('openInterestHist'), file('globalLongShortAccountRatio')];

describe.skipIf(!interest || !accounts)('recorded answers (skipped where there are none)', () => {
  const daily = { source: 'x', symbol: 'BNBUSDT', timeframe: '1d' as const };
  const rows = (text: string) => JSON.parse(text) as Record<string, string | number>[];

  it('of open interest are read value by value', () => {
    const parsed = restOf(open_interest_binance).parse(bytes(interest!), daily, Date.UTC(2026, 6));
    expect(parsed).toMatchObject({ rowsInBody: 30, findings: [] });
    expect(rowsOf(parsed)).toEqual(
      rows(interest!).map((row) => [
        'binance',
        'BNBUSDT',
        '1d',
        row.timestamp,
        Number(row.sumOpenInterest),
        'base_coin',
        'one',
        Number(row.sumOpenInterestValue),
        null,
      ]),
    );
  });

  it('of accounts are read value by value', () => {
    const parsed = restOf(ratio_global_accounts).parse(bytes(accounts!), daily, Date.UTC(2026, 6));
    expect(parsed).toMatchObject({ rowsInBody: 30, findings: [] });
    expect(rowsOf(parsed)).toEqual(
      rows(accounts!).map((row) => [
        'global_accounts',
        'BNBUSDT',
        '1d',
        row.timestamp,
        Number(row.longShortRatio),
        Number(row.longAccount),
        Number(row.shortAccount),
        null,
        null,
        null,
      ]),
    );
  });
});
