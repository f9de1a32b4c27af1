import { describe, expect, it } from 'vitest';
import { recordLines, tableLines } from '../../../cli/sql/outputs.ts';
import type { ResultColumn } from '../../../cli/sql/session.ts';
import { firstWord, isReading } from '../../../cli/sql/statement.ts';
import { csvLine, jsonOf, textOf } from '../../../cli/sql/values.ts';

const column = (name: string, type: number): ResultColumn => ({ name, type });
const TEXT = 25;
const INT8 = 20;
const FLOAT8 = 701;
const NUMERIC = 1700;
const TIMESTAMPTZ = 1184;

describe('the first word of a statement', () => {
  it.each([
    ['SELECT 1', 'SELECT'],
    ['  \n-- a comment; insert\n /* and \n another */ ((select 1))', 'select'],
    ['insert into x values (1)', 'insert'],
    ['\\dt', '\\dt'],
    ['select*from x', 'select'],
  ])('%j', (query, word) => expect(firstWord(query)).toBe(word));

  it.each(['', '  ', ';', ' ;; ', '-- only a comment', '/* so */'])('of nothing: %j', (query) => {
    expect(() => firstWord(query)).toThrow(/^the query is empty/);
  });

  it('distinguishes reads from everything else', () => {
    expect(['select', 'With', 'VALUES', 'table', 'show', 'explain'].every(isReading)).toBe(true);
    expect(['insert', 'do', 'copy', 'call', 'set', 'reset', 'commit', 'selects'].some(isReading)).toBe(false);
  });
});

describe('values', () => {
  it.each([
    ['2025-11-21 00:00:00+00', TIMESTAMPTZ, '2025-11-21T00:00:00Z'],
    ['2025-11-21 00:00:00.123456+00', TIMESTAMPTZ, '2025-11-21T00:00:00.123456Z'],
    ['infinity', TIMESTAMPTZ, 'infinity'],
    ['2025-11-21 00:00:00', 1114, '2025-11-21T00:00:00'],
    [
      '["2025-01-01 00:00:00+00","2025-02-01 00:00:00+00")',
      3910,
      '[2025-01-01T00:00:00Z,2025-02-01T00:00:00Z)',
    ],
    ['2025-11-21 00:00:00+00', TEXT, '2025-11-21 00:00:00+00'],
    ['12345678901234567890.10', NUMERIC, '12345678901234567890.10'],
  ])('%s of type %d', (value, type, text) => expect(textOf(value, column('c', type))).toBe(text));

  it('as JSON keep their digits and their types', () => {
    const columns = [
      column('n', INT8),
      column('d', NUMERIC),
      column('f', FLOAT8),
      column('g', FLOAT8),
      column('t', TEXT),
      column('t', TEXT),
      column('b', 16),
      column('j', 3802),
      column('z', TIMESTAMPTZ),
    ];
    const row = ['9007199254740993', '1.10', '1e-07', 'NaN', '1', 'a"b', 't', '{"x": 1}', null];
    expect(jsonOf(row, columns)).toBe(
      '{"n":9007199254740993,"d":1.10,"f":1e-07,"g":"NaN","t":"1","t_2":"a\\"b","b":true,"j":{"x": 1},"z":null}',
    );
  });

  it('as CSV are quoted where they must be', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng', '', null])).toBe('a,"b,c","d""e","f\ng","",');
  });
});

describe('a table as psql has it', () => {
  it('centres its head and puts numbers to the right', () => {
    const columns = [column('symbol', TEXT), column('n', INT8)];
    expect(
      tableLines(
        columns,
        [
          ['BTCUSDT', '5'],
          [null, '12345'],
        ],
        10,
      ),
    ).toEqual([' symbol  |   n', '---------+-------', ' BTCUSDT |     5', '         | 12345', '(2 rows)']);
  });

  it('counts none and one, and stops at the most', () => {
    const columns = [column('a', TEXT)];
    expect(tableLines(columns, [], 2).at(-1)).toBe('(0 rows)');
    expect(tableLines(columns, [['x']], 2).at(-1)).toBe('(1 row)');
    expect(tableLines(columns, [['x'], ['y'], ['z']], 2).slice(2)).toEqual([
      ' x',
      ' y',
      '(the first 2 rows; --csv and --json give all)',
    ]);
  });

  it('shows rows as blocks where it is too wide for the terminal', () => {
    const columns = [column('symbol', TEXT), column('n', INT8)];
    const rows = [
      ['BTCUSDT', '5'],
      [null, '7'],
    ];
    expect(recordLines(columns, rows, 1)).toEqual([
      '-[ 1 ]---',
      'symbol | BTCUSDT',
      'n      | 5',
      '(the first 1 row; --csv and --json give all)',
    ]);
    expect(recordLines(columns, rows, 2)).toContain('symbol |');
  });

  it('lets no value touch the terminal', () => {
    expect(tableLines([column('a', TEXT)], [['x\ny\u001b[31mz']], 9)[2]).toBe(' x↵y·[31mz');
  });
});
