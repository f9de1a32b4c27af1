import { ReportQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { sourcesFor } from '../core/look/asked.ts';
import type { Gap, SeriesReport } from '../core/ports.ts';
import type { Source } from '../core/source.ts';
import { iso } from '../core/time.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { catalog, sources, clock }) => {
  const { source, symbol } = parseInput(ReportQuery, query, 'the query');
  const ids = sourcesFor(sources, source).map(({ id }) => id);
  const series = await catalog.report({ sources: ids, ...(symbol && { symbol }) });
  const now = clock();
  const body = series.map((s) =>
    view({ ...s, gaps: s.gaps.flatMap((gap) => overdue(gap, sources[s.source]!, now)) }),
  );
  return { status: 200, body };
});

/** What the venue has not had time to publish is no gap yet. */
function overdue(gap: Gap, { settleMs }: Source, now: number): Gap[] {
  const end = Math.min(gap.end, now - settleMs);
  if (end <= gap.start) return [];
  return [{ ...gap, end, steps: Math.ceil((gap.steps * (end - gap.start)) / (gap.end - gap.start)) }];
}

const span = ({ start, end }: { start: number; end: number }) => ({ from: iso(start), to: iso(end) });
const isoOrNull = (at: number | undefined) => (at === undefined ? null : iso(at));

const view = (s: SeriesReport) => ({
  ...{ source: s.source, symbol: s.symbol, timeframe: s.timeframe },
  ...{ earliest: isoOrNull(s.earliest), latest: isoOrNull(s.latest), rows: s.rows },
  requested: s.requested.map(span),
  gaps: s.gaps.map((gap) => ({
    ...span(gap),
    ...{ rows: gap.steps, cause: gap.cause },
    ...(gap.error && { error: gap.error }),
  })),
  empty: s.empty.map((empty) => ({ ...span(empty), reason: empty.reason })),
  findings: s.findings,
});

export const handler = createHandler(servicesFromEnv);
