import { gapLines, klinesFirst, nothingLine, reportLines } from '../../format/report.ts';
import { type Context, print, printJson } from '../context.ts';
import { labelSimulated } from '../simulated.ts';

export interface ReportOptions {
  readonly source?: string;
  readonly symbol?: string;
  readonly gaps?: boolean;
  readonly failOnGaps?: boolean;
  readonly json?: boolean;
}

export async function report(context: Context, given: ReportOptions): Promise<number> {
  const api = context.api();
  const filter = { source: given.source, symbol: given.symbol };
  const series = await api.call('report', { query: filter });
  await labelSimulated(context, api, given.json ? context.terminal.err : context.terminal.out);
  if (given.json) printJson(context, series);
  else if (series.length === 0) print(context, nothingLine(filter));
  else {
    const ordered = klinesFirst(series);
    print(context, ...reportLines(ordered, context.paint), ...(given.gaps ? gapLines(ordered) : []));
  }
  return given.failOnGaps && series.some(({ gaps }) => gaps.length > 0) ? 1 : 0;
}
