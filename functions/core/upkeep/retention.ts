import * as z from 'zod';
import { badRequest } from '../errors/bad-request.ts';
import type { Retention, SeriesCatalog } from '../ledger/ports.ts';
import { SourceOrFamily, Time } from '../queries/fields.ts';
import { requireInstant, sourcesFor } from '../queries/requested.ts';
import type { Sources } from '../series/source.ts';
import { DAY, iso, isoOrNull } from '../time/time.ts';

const LONGEST_KEEP = 36_500;

/** The body of `POST /backfill/retention`: neither bound means that everything is kept. */
export const RetentionBody = z.strictObject({
  source: SourceOrFamily,
  before: Time.optional().meta({ description: 'what began before is not kept; excludes `keep_days`' }),
  keep_days: z
    .number()
    .int()
    .min(1)
    .max(LONGEST_KEEP)
    .optional()
    .meta({ description: 'what is older is not kept' }),
  // The database takes no NUL, and a reason is one line.
  reason: z
    .string()
    .regex(/^[\x20-\x7e\u00a0-\uffff]{1,200}$/, 'is one line of at most 200 characters')
    .optional(),
});
export type RetentionBody = z.infer<typeof RetentionBody>;

export interface RetentionPorts {
  readonly catalog: Pick<SeriesCatalog, 'series' | 'retire' | 'retention' | 'setRetention'>;
  readonly sources: Sources;
}

/**
 * Sets the retention of sources. What it excludes is not fetched any more, and is `retired` in the ledger where it has no rows.
 * Stored rows stay until they are deleted.
 * @returns the retention of every source
 * @throws GordonError `invalid-request`, `unknown-source`, `invalid-time`
 */
export async function setRetention(
  { catalog, sources }: RetentionPorts,
  body: RetentionBody,
): Promise<Retention[]> {
  const { source, keep_days, reason = 'set by an operator' } = body;
  const before = requireInstant(body.before, 'before');
  if (before !== undefined && keep_days !== undefined) {
    throw badRequest('invalid-request', 'the body', '"before" and "keep_days" exclude one another.');
  }
  const ids = sourcesFor(sources, source).map(({ id }) => id);
  const bound = before === undefined ? keep_days && { keepMs: keep_days * DAY } : { before };
  for (const id of ids) await catalog.setRetention(id, bound ? { ...bound, reason } : undefined);
  for (const { requested: _, ...series } of await catalog.series({ sources: ids }))
    await catalog.retire(series);
  return catalog.retention();
}

/** As the API answers. */
export const retentionView = ({ source, before, keepMs, dropped, reason, setAt }: Retention) => ({
  source,
  from: isoOrNull(dropped?.start),
  before: isoOrNull(dropped?.end ?? before),
  keep_days: keepMs === undefined ? null : keepMs / DAY,
  reason,
  set_at: iso(setAt),
});
