import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { gapWithin } from '../../core/ledger/gap-within.ts';
import type { Gap, SeriesReport } from '../../core/ledger/ports.ts';
import { seriesPage } from '../../core/ledger/series-page.ts';
import { ReportPageQuery } from '../../core/queries/parameters.ts';
import { sourcesFor } from '../../core/queries/requested.ts';
import { expiringGapsIn } from '../../core/schedules/audit.ts';
import { settledEnd } from '../../core/series/borders.ts';
import { RECOUNT_PATIENCE } from '../../core/series/schedule.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Source } from '../../core/series/source.ts';
import { iso, isoOrNull } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { addressOf } from '../../routes.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { query },
    { catalog, catalogReader, sources, clock }: Uses<'catalog' | 'catalogReader' | 'sources' | 'clock'>,
  ): Promise<Reply<'report'>> => {
    const { source, symbol, ...place } = parseInput(ReportPageQuery, query, 'the query');
    const ids = sourcesFor(sources, source).map(({ id }) => id);
    const known = await catalogReader.series({ sources: ids, ...(symbol && { symbols: [symbol] }) });
    const page = seriesPage(known, place);
    if (page.series.length === 0) return { status: 200, body: [] };
    const filter = {
      sources: [...new Set(page.series.map((one) => one.source))],
      symbols: [...new Set(page.series.map((one) => one.symbol))],
    };
    await catalog.recount(RECOUNT_PATIENCE, filter);
    const labels = new Set(page.series.map(seriesLabel));
    const series = (await catalogReader.report(filter)).filter((one) => labels.has(seriesLabel(one)));
    const now = clock();
    return {
      status: 200,
      headers: page.next === undefined ? {} : { link: linkTo(query, page.next) },
      body: series.sort(byLabel).map((s) => view(s, sources[s.source]!, now)),
    };
  },
);

const byLabel = (a: Series, b: Series): number => (seriesLabel(a) < seriesLabel(b) ? -1 : 1);

const linkTo = (query: Readonly<Record<string, string | undefined>>, cursor: string): string =>
  `<${addressOf('report', {}, { ...query, cursor }).path}>; rel="next"`;

const span = ({ start, end }: { start: number; end: number }) => ({ from: iso(start), to: iso(end) });

function view(s: SeriesReport, source: Source, now: number) {
  // The border that the job uses, on the grid.
  const settled = { start: Number.NEGATIVE_INFINITY, end: settledEnd(source, stepOf(s.timeframe), now) };
  const young = { start: settled.end, end: Number.POSITIVE_INFINITY };
  const [first] = expiringGapsIn(s, source, now);
  return {
    source: s.source,
    symbol: s.symbol,
    timeframe: s.timeframe,
    earliest: isoOrNull(s.earliest),
    latest: isoOrNull(s.latest),
    rows: s.rows,
    requested: s.requested.map(span),
    gaps: s.gaps.flatMap((gap) => gapWithin(gap, settled)).map(reportedGap),
    // What the venue has not had time to publish is not a gap yet.
    pending: s.gaps
      .flatMap((gap) => gapWithin(gap, young))
      .map((gap) => ({ ...span(gap), rows: gap.steps, cause: 'not-yet-published' as const })),
    empty: s.empty.map((empty) => ({ ...span(empty), reason: empty.reason })),
    perishable: first ? { ...span(first), lost_at: iso(first.lostAt), days_left: first.daysLeft } : null,
    audited_at: isoOrNull(s.auditedAt),
    findings: s.findings,
  };
}

const reportedGap = (gap: Gap) => ({
  ...span(gap),
  rows: gap.steps,
  cause: gap.cause,
  ...(gap.error && { error: gap.error, evidence: gap.evidence ?? [] }),
});

export const handler = createHandler(servicesFromEnv);
