import type { Plan } from '../../functions/core/api/jobs/schemas.ts';
import { type Column, type Look, table } from './table.ts';
import { count, duration, few, plural, span } from './values.ts';

const COLUMNS: readonly Column[] = [
  { title: 'Limit family' },
  { title: 'Requests', align: 'right' },
  { title: 'Weight', align: 'right', rank: 1 },
  { title: 'Limit' },
];

/** A quote as people read it. */
export function planLines(plan: Plan, look: Look): string[] {
  const { quote } = plan;
  const what = `${plan.source} ${few(plan.symbols, 6)} ${plan.timeframe}, ${span(plan)}`;
  const left = plan.skipped.length > 0 ? [`  left out, not listed there: ${plan.skipped.join(', ')}`] : [];
  if (quote.chunks === 0) return [what, ...left, 'nothing to fetch: everything requested is already there'];
  const rows = quote.requests.map((of) => [
    of.family,
    count(of.requests),
    count(of.weight),
    of.limit === null ? 'none published' : `${count(of.limit)} in ${duration(of.window_seconds ?? 0)}`,
  ]);
  return [
    what,
    ...left,
    `${plural(quote.series, 'series', 'series')}, ${plural(quote.chunks, 'chunk')}, about ${plural(quote.rows, 'row')}`,
    '',
    ...table(COLUMNS, rows, look),
    '',
    `about ${duration(quote.seconds)}`,
    `on AWS about ${dollars(quote.usd)} (list prices of ${quote.prices_as_of}, database not in it)`,
  ];
}

/** `$0.12 in us-east-1 to $0.15 in ap-northeast-1` */
function dollars(usd: Plan['quote']['usd']): string {
  const dear = Object.entries(usd).sort(([, a], [, b]) => a - b);
  const [low, high] = [dear[0]!, dear.at(-1)!];
  const words = ([region, amount]: [string, number]): string => `$${money(amount)} in ${region}`;
  return low[1] === high[1] ? words(low) : `${words(low)} to ${words(high)}`;
}

/** Cents, or tenths of a cent where it is less than ten. */
const money = (amount: number): string => amount.toFixed(amount < 0.1 ? 4 : 2);
