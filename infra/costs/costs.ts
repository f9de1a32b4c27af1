import { pathToFileURL } from 'node:url';
import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import prices from '../../functions/core/costs/aws.json' with { type: 'json' };
import {
  type Bill,
  billFor,
  natMonth,
  network,
  type Prices,
  standing,
  total,
} from '../../functions/core/costs/bill.ts';
import { DAY, floorTo } from '../../functions/core/time/time.ts';
import { largeBackfill, refreshMonth, type Scenario } from './scenarios.ts';

const regions = Object.entries(prices.regions) as [string, Prices][];

/** The scenarios as text, a column for each region. @param now epoch ms; where the months begin matters to the plan */
export function report(now: number): string {
  return [
    ...[refreshMonth(now), refreshMonth(now, 1_000, '1,000 symbols'), largeBackfill(now)].map(section),
    `Prices as of ${prices.asOf}. ${prices.from}`,
    'Not in it: the database, X-Ray (5 USD for a million traces, of which AWS samples about a twentieth), storage of the job table, taxes.',
    `Assumed: ${ASSUMED.rowsPerSecond.toLocaleString('en')} rows/s for each fetcher and what else functions/core/costs/assumptions.ts says.`,
  ].join('\n\n');
}

function section(scenario: Scenario): string {
  const { title, jobs, work, usage, monthly } = scenario;
  const bills = regions.map(([, p]): Bill => ({ ...billFor(usage, p), ...(monthly && standing(p)) }));
  const extras = regions.map(([, p]): Bill => ({ ...network(usage, p), ...(monthly && natMonth(p)) }));
  const facts = { jobs, chunks: work.chunks, rows: work.rows };
  const counted = Object.entries(facts).map(([what, n]) => `${Math.round(n).toLocaleString('en')} ${what}`);
  return [
    `${title}\n${counted.join(', ')}`,
    table([
      ['USD', ...regions.map(([region]) => region)],
      ...lines(bills),
      ['sum', ...bills.map((bill) => money(total(bill)))],
      ...lines(extras),
    ]),
  ].join('\n\n');
}

const lines = (bills: readonly Bill[]): string[][] =>
  Object.keys(bills[0]!).map((item) => [item, ...bills.map((bill) => money(bill[item]!))]);

const money = (usd: number): string =>
  usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(report(floorTo(Date.now(), DAY)));
}
