import { SECOND } from '../../core/time/time.ts';
import { type DayRow, unreadDay } from '../rest/daily.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { readNumber } from '../rest/values.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * The days in an answer of `/stablecoincharts/all`, oldest first: `date` is seconds as text, amounts are numbers by peg.
 * Values: all pegs in US dollars, the dollar peg's part of it.
 * @throws GordonError `malformed-rows`
 */
export function supplyDays(body: Uint8Array, subject: string): DayRow[] {
  const chart = readJson(body, subject);
  if (!Array.isArray(chart)) throw malformed(subject, 'the answer is not a list.');
  return chart.flatMap((entry: unknown): DayRow[] => {
    const row = (entry ?? {}) as Row;
    const seconds = readNumber(row.date);
    if (seconds === undefined) return [unreadDay(Number.NaN, 'date', row.date)];
    const at = seconds * SECOND;
    // Charts of one coin leave out what was not counted then: such a day has no supply, which is not a supply of zero.
    const pegs = row.totalCirculatingUSD;
    if (pegs === undefined || pegs === null) return [];
    const amounts = Object.entries(pegs as Row).map(([peg, amount]) => ({
      peg,
      amount,
      usd: readNumber(amount),
    }));
    if (amounts.length === 0) return [];
    const unread = amounts.find(({ usd }) => usd === undefined);
    const bad = unread && { field: unread.peg, value: unread.amount };
    const dollars = amounts.find(({ peg }) => peg === 'peggedUSD') ?? { usd: 0 };
    // Without one peg the sum is not known, but the dollar's own part is.
    if (bad && dollars.usd === undefined) return [{ at, values: undefined, bad }];
    if (bad) return [{ at, values: [null, dollars.usd!], bad }];
    const all = amounts.reduce((sum, { usd }) => sum + usd!, 0);
    return [{ at, values: [all, dollars.usd!] }];
  });
}
