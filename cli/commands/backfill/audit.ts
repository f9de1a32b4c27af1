import type { Command } from 'commander';
import type { BodyOf } from '../../../functions/core/api/call.ts';
import type { CountedSeries } from '../../../functions/core/upkeep/count-series.ts';
import type { Api } from '../../api/client.ts';
import { labelOf, queriesOf, type SeriesFilter } from '../../api/each-series.ts';
import { audit as countAll } from '../../api/repeated.ts';
import { stopOn } from '../../follow/stop.ts';
import { nothingLine } from '../../format/report.ts';
import { table } from '../../format/table.ts';
import { count, exactTime, plural } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface AuditOptions extends SeriesFilter {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export function addAudit(backfill: Command, context: Context, handle: Handle): void {
  const command = backfill
    .command('audit')
    .description('count all rows against the ledger now; what was lost is missing from then on');
  options
    .addSeriesRange(command, context.terminal)
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(handle((given: AuditOptions) => audit(context, given)));
}

const HELP = `
The hourly audit does the same and orders what is missing. Rows that were deleted by a statement are counted before each report.

Exit codes: 0 all is there that the ledger has; 1 rows were lost, or it failed; 2 unknown source or symbol, or bad options`;

const COLUMNS = [
  { title: 'Source' },
  { title: 'Symbol' },
  { title: 'Timeframe' },
  { title: 'From' },
  { title: 'To' },
  { title: 'Rows', align: 'right' as const },
  { title: 'Lost', align: 'right' as const },
];

async function audit(context: Context, { json, sources, symbols, ...range }: AuditOptions): Promise<number> {
  using stop = stopOn(context.terminal);
  const all = new Map<string, CountedSeries>();
  const filter = { ...(sources && { sources }), ...(symbols && { symbols }) };
  for (const query of queriesOf(filter)) {
    for (const one of await counted(context.api(), { ...query, ...range }, stop.signal)) {
      all.set(labelOf(one), one);
    }
  }
  const series = [...all.values()];
  const lost = series.reduce((sum, one) => sum + one.lost, 0);
  if (json) printJson(context, series);
  else if (series.length === 0) print(context, nothingLine(filter));
  else {
    const rows = series.map((one) => [
      one.source,
      one.symbol,
      one.timeframe,
      exactTime(one.from),
      exactTime(one.to),
      count(one.rows),
      count(one.lost),
    ]);
    const verdict = lost > 0 ? `${plural(lost, 'row')} lost: the next audit orders them` : 'nothing was lost';
    print(context, ...table(COLUMNS, rows, context), verdict);
  }
  return lost > 0 ? 1 : 0;
}

/** Each series of an order once: a long one comes in several pieces. */
async function counted(
  api: Api,
  order: Omit<BodyOf<'audit'>, 'next'>,
  signal: AbortSignal,
): Promise<Iterable<CountedSeries>> {
  const all = new Map<string, CountedSeries>();
  for await (const piece of countAll(api, order, signal)) {
    for (const one of piece.counted) {
      const before = all.get(labelOf(one));
      const sum = before && {
        ...before,
        to: one.to,
        rows: before.rows + one.rows,
        lost: before.lost + one.lost,
      };
      all.set(labelOf(one), sum ?? one);
    }
  }
  return all.values();
}
