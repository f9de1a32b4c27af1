import { eachSeries, refuseUnknownSymbols, type SeriesFilter } from '../../api/each-series.ts';
import { gapLines, klinesFirst, nothingLine, reportLines } from '../../format/report.ts';
import { type Context, print, printJson } from '../context.ts';
import { labelSimulated } from '../simulated.ts';

export interface ReportOptions extends SeriesFilter {
  readonly gaps?: boolean;
  readonly failOnGaps?: boolean;
  readonly json?: boolean;
}

export async function report(context: Context, given: ReportOptions): Promise<number> {
  const api = context.api();
  const series = await eachSeries(given, (query) => api.call('report', { query }));
  await refuseUnknownSymbols(api, given, series);
  await labelSimulated(context, api, given.json ? context.terminal.err : context.terminal.out);
  if (given.json) printJson(context, series);
  else if (series.length === 0) print(context, nothingLine(given));
  else {
    const ordered = klinesFirst(series);
    print(context, ...reportLines(ordered, context), ...(given.gaps ? gapLines(ordered) : []));
  }
  return given.failOnGaps && series.some(({ gaps }) => gaps.length > 0) ? 1 : 0;
}
