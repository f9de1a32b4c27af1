import { floorTo } from '../time/time.ts';
import type { Source } from './source.ts';

/** How far a source's data can reach now, as ends of steps on the grid, epoch ms. The job and the report share these borders. */
type Border = Pick<Source, 'instants'>;

/** The end of the last step whose row is final and published. */
export const finalEnd = (source: Border & Pick<Source, 'finalAfterMs'>, step: number, now: number): number =>
  endOf(source, step, now - source.finalAfterMs);

/** The end of the last step that the venue has had time to publish: what is missing after it is not a gap yet. */
export const settledEnd = (source: Border & Pick<Source, 'settleMs'>, step: number, now: number): number =>
  endOf(source, step, now - source.settleMs);

/** The end of the last step in which no more rows are expected; of a table of events. */
export const arrivedEnd = (
  source: Border & Pick<Source, 'settleMs' | 'arrivesWithinMs'>,
  step: number,
  now: number,
): number => endOf(source, step, now - (source.arrivesWithinMs ?? source.settleMs));

/** A step is over at its end; an instant is over at once, and the step that stands for it begins there. */
const endOf = ({ instants }: Border, step: number, at: number): number =>
  floorTo(at, step) + (instants ? step : 0);
