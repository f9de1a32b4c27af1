import { badRequest } from '../errors/bad-request.ts';
import type { SeriesCatalog } from '../ledger/ports.ts';
import { type Series, seriesLabel } from '../series/series.ts';

/** Refuses a series that was never requested: a misspelled symbol must not look like a period without rows. */
export async function requireKnown(catalog: Pick<SeriesCatalog, 'requested'>, series: Series): Promise<void> {
  if ((await catalog.requested(series)).length > 0) return;
  const message = 'the warehouse has never had such a series.';
  const remedy = 'List the series: gordon-data backfill report.';
  throw badRequest('unknown-series', seriesLabel(series), message, remedy);
}
