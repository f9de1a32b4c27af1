import { SECOND } from '../../core/time.ts';
import { malformed, readJson } from '../malformed.ts';
import type { DayRow } from '../rest/daily.ts';
import { numberOf } from '../rest/values.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * The days in an answer of `/stablecoincharts/all`, oldest first: `date` is seconds as text, amounts are numbers by peg.
 * Values: all pegs in US dollars, the dollar peg's part of it.
 * @throws GordonError `malformed-rows`
 */
export function supplyDays(body: Uint8Array, subject: string): DayRow[] {
  const chart = readJson(body, subject);
  if (!Array.isArray(chart)) throw malformed(subject, 'the answer is no list.');
  return chart.flatMap((entry: unknown, i): DayRow[] => {
    const row = (entry ?? {}) as Row;
    const seconds = numberOf(row.date);
    if (seconds === undefined) throw malformed(subject, `row ${i + 1} has date ${String(row.date)}.`);
    // Charts of one coin leave out what was not counted then: such a day has no supply, which is not a supply of zero.
    const pegs = row.totalCirculatingUSD;
    if (pegs === undefined || pegs === null) return [];
    const amounts = Object.entries(pegs as Row).map(([peg, amount]) => {
      const usd = numberOf(amount);
      if (usd === undefined) throw malformed(subject, `row ${i + 1} has ${peg} ${String(amount)}.`);
      return [peg, usd] as const;
    });
    if (amounts.length === 0) return [];
    const all = amounts.reduce((sum, [, usd]) => sum + usd, 0);
    const dollars = amounts.find(([peg]) => peg === 'peggedUSD')?.[1] ?? 0;
    return [{ at: seconds * SECOND, values: [all, dollars] }];
  });
}
