import { GordonError } from '../errors/errors.ts';
import type { Page } from '../ledger/coverage.ts';
import type { SnapshotTier } from '../series/source.ts';
import { clip, intersect } from '../time/range.ts';
import { floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { emptyAnswer } from './empty-answer.ts';
import type { FetchContext, VenuePorts } from './fetch-context.ts';

/**
 * Takes the snapshot of the current step, if it is missing. Steps that have passed can no longer be fetched: they are entered as
 * expired, for no other answer will ever come.
 */
export async function* fillFromSnapshot(
  ports: VenuePorts,
  context: FetchContext,
  tier: SnapshotTier,
): AsyncGenerator<Page> {
  const { series } = context;
  const step = stepOf(series.timeframe);
  const at = floorTo(ports.clock(), step);
  const evidence = [{ what: `${tier.name}: the venue keeps no history`, status: 0, at: ports.clock() }];
  const past = clip(context.missing, { start: Number.NEGATIVE_INFINITY, end: at });
  const none = { length: 0, times: new Float64Array(), columns: [] };
  const frame = { series, rows: none, have: [], empty: [], findings: [], object: tier.name };
  if (past.length > 0) {
    yield { ...frame, empty: past.map((span) => ({ span, reason: 'source-expired' as const, evidence })) };
  }
  const now = intersect(context.missing, [{ start: at, end: at + step }]);
  if (now.length === 0) return;
  const bodies: Uint8Array[] = [];
  for (const request of tier.requests(series)) {
    const answer = await ports.venue.get(request);
    if (!answer) throw nothingThere(request.path);
    bodies.push(answer.body);
  }
  const { batch, findings } = tier.parse(bodies, series, at);
  // This moment cannot be fetched later, so an empty snapshot is a failure and is requested again while the step lasts.
  if (batch.length === 0) throw emptyAnswer(tier.name);
  yield { ...frame, rows: batch, have: now, findings };
}

const nothingThere = (subject: string): GordonError =>
  new GordonError({
    code: 'venue-refused',
    subject,
    message: 'the venue has no such route.',
    remedy: 'It may have been renamed: compare with the documentation of the venue.',
  });
