import { describe, expect, it } from 'vitest';
import { joinVintages, parseObservations } from '../../../functions/sources/fred/observations.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { bytes, rowsOf } from '../conformance.ts';

const seriesOf = (symbol: string) => ({ source: 'macro_fred', symbol, timeframe: '1d' as const });
const on = (day: string): number => Date.parse(day);
type Vintage = [date: string, from: string, until: string, value: string];
const page = (symbol: string, ...vintages: Vintage[]) =>
  parseObservations(
    bytes(
      JSON.stringify({
        observations: vintages.map(([date, realtime_start, realtime_end, value]) => ({
          date,
          realtime_start,
          realtime_end,
          value,
        })),
      }),
    ),
    seriesOf(symbol),
  );

describe('parts of several real-time periods', () => {
  it('become one vintage where a value holds across their border, and two where it changes there', () => {
    const joined = joinVintages([
      page(
        'DGS10',
        ['2010-01-04', '2010-01-05', '2013-12-31', '3.85'],
        ['2010-01-05', '2010-01-06', '2013-12-31', '3.77'],
      ),
      page(
        'DGS10',
        ['2010-01-04', '2014-01-01', '2020-12-31', '3.85'],
        ['2010-01-05', '2014-01-01', '2020-12-31', '3.78'],
        ['2010-01-06', '2014-01-01', '2020-12-31', '.'],
      ),
      page(
        'DGS10',
        ['2010-01-04', '2021-01-01', '9999-12-31', '3.85'],
        ['2010-01-05', '2021-01-01', '9999-12-31', '3.78'],
        ['2010-01-06', '2021-01-01', '9999-12-31', '.'],
      ),
    ]);
    expect(joined.findings).toEqual([]);
    expect(rowsOf(joined)).toEqual([
      ['DGS10', on('2010-01-04'), on('2010-01-05'), null, 3.85],
      ['DGS10', on('2010-01-05'), on('2010-01-06'), on('2014-01-01'), 3.77],
      ['DGS10', on('2010-01-05'), on('2014-01-01'), null, 3.78],
      ['DGS10', on('2010-01-06'), on('2014-01-01'), null, null],
    ]);
  });

  it('may be of nothing', () => {
    expect(joinVintages([page('DGS10'), page('DGS10')]).batch.length).toBe(0);
  });
});

it('says so when one vintage is reported twice with two values', () => {
  const vintage: Vintage = ['2010-01-04', '2010-01-05', '9999-12-31', '3.85'];
  const parsed = page('DGS10', vintage, [...vintage.slice(0, 3), '3.86'] as Vintage, vintage);
  expect(rowsOf(parsed)).toEqual([['DGS10', on('2010-01-04'), on('2010-01-05'), null, 3.85]]);
  expect(parsed.findings).toMatchObject([{ kind: 'duplicate-conflict', time: on('2010-01-04') }]);
});

it('dates a value of a series without vintages by the day after it, whenever it was requested', () => {
  const parsed = page('SP500', ['2024-03-01', '2024-03-20', '2024-03-20', '5137.08']);
  expect(rowsOf(parsed)).toEqual([['SP500', on('2024-03-01'), on('2024-03-02'), null, 5137.08]]);
});

const file = recorded('fred/fedfunds.json');
it.skipIf(file === undefined)(
  `reads a recorded answer value by value (${recordingsAbsent ?? 'recorded'})`,
  () => {
    interface Observation {
      date: string;
      value: string;
      realtime_start: string;
    }
    const { observations } = JSON.parse(file!) as { observations: Observation[] };
    expect(observations.length).toBeGreaterThan(800);
    const parsed = parseObservations(bytes(file!), seriesOf('FEDFUNDS'));
    expect(parsed.rowsInBody).toBe(observations.length);
    expect(rowsOf(parsed)).toEqual(
      observations.map(({ date, value, realtime_start }) => [
        'FEDFUNDS',
        on(date),
        on(realtime_start),
        on(realtime_start) + 86_400_000,
        value === '.' ? null : Number(value),
      ]),
    );
  },
);
