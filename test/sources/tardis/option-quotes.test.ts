import { describe, expect, it } from 'vitest';
import { periodAt } from '../../../functions/core/time/period.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { option_quotes_tardis } from '../../../functions/sources/options/option_quotes_tardis.ts';
import { firstDays } from '../../../functions/sources/tardis/first-days.ts';
import { bytes, fixtureText, type PlainRow, parseFile, tiersOf } from '../conformance.ts';

const [tier] = tiersOf(option_quotes_tardis, 'archive');
const series = { source: option_quotes_tardis.id, symbol: 'BTC', timeframe: '1h' } as const;
const hour = Date.UTC(2024, 2, 1, 10);
const period = periodAt('day', hour);
const [header, ...lines] = fixtureText(series.source, 'chain.csv').trimEnd().split('\n');
/** @param changes a cell's text before and after */
const line = (n: number, ...changes: readonly (readonly [string | RegExp, string])[]): string =>
  changes.reduce((text, [from, to]) => text.replace(from, to), lines[n]!);
const later = (n: number, hours: number, ...changes: readonly (readonly [string | RegExp, string])[]) =>
  line(n, ...changes).replace(/17\d{14}/g, (stamp) =>
    Number(stamp) < 1_709_300_000_000_000 ? String(Number(stamp) + hours * HOUR * 1_000) : stamp,
  );
const read = (...of: readonly string[]) =>
  parseFile(tier!.parser(series, undefined, { period }), bytes([header, ...of, ''].join('\n')));
const column = (rows: readonly PlainRow[], name: string) =>
  rows.map((row) => row[option_quotes_tardis.table.columns.findIndex((one) => one.name === name)]);

describe('a day of option quotes', () => {
  it('is thinned to the chain at the end of each hour, with what was not quoted again', () => {
    const { rows, parsed } = read(line(0), line(1), later(5, 1), later(0, 3));
    expect(rows.map((row) => [row[3], row[4]])).toEqual([
      [hour, 'BTC-29MAR24-60000-C'],
      [hour, 'BTC-29MAR24-60000-P'],
      [hour + HOUR, 'BTC-29MAR24-60000-C'],
      [hour + HOUR, 'BTC-29MAR24-60000-P'],
      [hour + HOUR, 'BTC-2MAR24-62000-C'],
      [hour + 3 * HOUR, 'BTC-29MAR24-60000-C'],
      [hour + 3 * HOUR, 'BTC-29MAR24-60000-P'],
      [hour + 3 * HOUR, 'BTC-2MAR24-62000-C'],
    ]);
    // An hour without any quote has no chain, and nothing is said of it.
    expect(parsed.flatMap(({ answered = [] }) => answered)).toEqual([
      { start: hour, end: hour + 2 * HOUR },
      { start: hour + 3 * HOUR, end: hour + 4 * HOUR },
    ]);
    const quoted = column(rows, 'quoted_at');
    expect(quoted.slice(0, 3)).toEqual([hour + 131, hour + 60_009, hour + 131]);
  });

  it('ends with a quote that arrived in the hour, not with one of the next', () => {
    const end = (stamp: string) => line(6, [/1709290799999001/, stamp]);
    expect(column(read(line(0), end('1709290799999999')).rows, 'open_interest')).toEqual([1502.6]);
    expect(column(read(line(0), end('1709290800000000')).rows, 'open_interest')).toEqual([1500.1, 1502.6]);
  });

  it('has cells that do not read as findings, and nothing in their place', () => {
    const { rows, findings } = read(line(0, [',60.1,BTC', ',NaN,BTC']), line(5));
    expect(column(rows, 'mark_iv')).toEqual([null, 55.5]);
    expect(column(rows, 'gamma')[0]).toBeNull();
    expect(findings).toEqual([
      {
        kind: 'unreadable-cell',
        time: hour,
        until: hour + HOUR,
        detail: { field: 'mark_iv', value: 'NaN of BTC-29MAR24-60000-C', rows: 1 },
      },
    ]);
  });

  it.each([
    ['type', [',call,', ',put,']],
    ['strike_price', [',60000,', ',61000,']],
    ['expiration', ['1711699200000000', '1711699200000']],
  ] as const)('leaves out an option whose %s contradicts its name', (field, change) => {
    const { rows, findings } = read(line(0, change), line(5));
    expect(column(rows, 'instrument')).toEqual(['BTC-2MAR24-62000-C']);
    expect(findings).toMatchObject([{ kind: 'unreadable-cell', detail: { field, rows: 1 } }]);
  });

  it('has an instrument that is not an option as a finding', () => {
    const { rows, findings } = read(line(0), line(1, ['BTC-29MAR24-60000-P', 'BTC-FUTURE']));
    expect(rows.length).toBe(1);
    expect(findings).toEqual([
      { kind: 'unknown-instrument', time: hour, detail: { instruments: 1, first: 'BTC-FUTURE' } },
    ]);
  });

  it('has no index in an hour in which no option is priced on it', () => {
    expect(column(read(line(0)).rows, 'index_price')).toEqual([null]);
  });

  it.each([
    ['of another day', () => read(later(0, 24)), /line 2 of the CSV is of another day/],
    ['out of order', () => read(later(0, 1), line(1)), /line 3 of the CSV is older than an hour before it/],
    ['empty', () => parseFile(tier!.parser(series, undefined, { period }), bytes('')), /the file is empty/],
    [
      'of one line without an end',
      () => read('BTC'.repeat(30_000)),
      /line 1 of the CSV is too long|has no symbol/,
    ],
  ])('is refused when it is %s', (_what, work, message) => {
    expect(work).toThrow(
      expect.objectContaining({ code: 'malformed-rows', message: expect.stringMatching(message) }),
    );
  });
});

it('is offered for the first day of each month', () => {
  const from = Date.UTC(2024, 1, 1, 12);
  expect(firstDays.within({ start: from, end: Date.UTC(2024, 3, 1, 6) })).toEqual([
    { start: from, end: Date.UTC(2024, 1, 2) },
    { start: Date.UTC(2024, 2, 1), end: Date.UTC(2024, 2, 2) },
    { start: Date.UTC(2024, 3, 1), end: Date.UTC(2024, 3, 1, 6) },
  ]);
});
