import { GordonError } from '../errors/errors.ts';
import { clockOffset, refuseWrongClock } from '../series/clock-offset.ts';
import type { SnapshotTier } from '../series/source.ts';
import { clip, intersect, type Range } from '../time/range.ts';
import { floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { emptyPage, type TierInput, type TierRun } from './fetch-progress.ts';
import { emptyAnswer } from './refused-answers.ts';

/**
 * Takes the snapshot of the current step, if it is missing. Steps that have passed can no longer be fetched: they are entered as
 * expired, for no other answer will ever come. Which step is the current one the venue's clock says: ours may be wrong, and a
 * snapshot under another hour would be a false row there and take the place of the true one.
 */
export async function* fillFromSnapshot({
  ports,
  context,
  tier,
  progress,
}: TierInput<SnapshotTier>): TierRun {
  const { series } = context;
  const step = stepOf(series.timeframe);
  const { missing } = progress;
  const current = (at: number): Range => ({ start: floorTo(at, step), end: floorTo(at, step) + step });
  const bodies: Uint8Array[] = [];
  let asOf = ports.clock();
  for (const request of intersect(missing, [current(asOf)]).length > 0 ? tier.requests(series) : []) {
    const sentAt = ports.clock();
    const answer = await ports.venue.get(request);
    if (!answer) throw nothingThere(request.path);
    refuseWrongClock(request.path, clockOffset(answer.asOf, sentAt, ports.clock()));
    // An answer that lay in a cache has the header of now and the content of then.
    const at = Math.min(answer.asOf, tier.statedAt?.(answer.body) ?? answer.asOf);
    asOf = bodies.length === 0 ? at : Math.min(asOf, at);
    bodies.push(answer.body);
  }
  const taken = current(asOf);
  const evidence = [{ what: `${tier.name}: the venue keeps no history`, status: 0, at: ports.clock() }];
  const past = clip(missing, { start: Number.NEGATIVE_INFINITY, end: taken.start });
  const frame = emptyPage(context, tier.name);
  if (past.length > 0) {
    const empty = past.map((span) => ({ span, reason: 'source-expired' as const, evidence }));
    yield { page: { ...frame, empty } };
  }
  const now = intersect(missing, [taken]);
  if (now.length === 0 || bodies.length === 0) return;
  const { batch, findings, also = {} } = tier.parse(bodies, series, taken.start);
  // This moment cannot be fetched later, so an empty snapshot is a failure and is requested again while the step lasts.
  if (batch.length === 0) throw emptyAnswer(tier.name);
  // Siblings first: the fetcher may stop after its own page.
  for (const [source, sibling] of Object.entries(also)) {
    if (sibling.batch.length === 0) continue;
    const along = { series: { ...series, source }, rows: sibling.batch, findings: sibling.findings };
    yield { page: { ...frame, ...along, have: now } };
  }
  yield { page: { ...frame, rows: batch, have: now, findings } };
}

const nothingThere = (subject: string): GordonError =>
  new GordonError({
    code: 'venue-refused',
    subject,
    message: 'the venue has no such route.',
    remedy: 'It may have been renamed: compare with the documentation of the venue.',
  });
