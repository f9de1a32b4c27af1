import { type Series, seriesLabel } from '../series/series.ts';
import type { RequestedSeries } from './ports.ts';

export interface SeriesPage {
  /** by their labels */
  readonly series: readonly Series[];
  /** the cursor of the next page; undefined: this is the last one */
  readonly next: string | undefined;
}

/**
 * The series of one page of a report. The order is that of their labels, so series that are requested meanwhile move no page.
 * @param cursor the label of the last series of the page before
 */
export function seriesPage(
  known: readonly RequestedSeries[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): SeriesPage {
  const left = known
    .map((series) => ({ series, label: seriesLabel(series) }))
    .filter(({ label }) => cursor === undefined || label > cursor)
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const page = left.slice(0, limit);
  return {
    series: page.map(({ series }) => series),
    next: left.length > limit ? page.at(-1)!.label : undefined,
  };
}
