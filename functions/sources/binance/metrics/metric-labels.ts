import { type LabelRule, ruleFor } from '../../../core/series/labels.ts';
import type { ArchiveLabels } from '../../../core/series/source.ts';
import { MINUTE } from '../../../core/time/time.ts';

/** Every stamp of the statistics is a multiple of this: the length of a slot. */
export const READING_STEP = 5 * MINUTE;

/**
 * From the file of this day on a label is the beginning of its slot, before it is its end: the archive's label 00:00 of the
 * day stands in two files, with two readings. According to one public report; `watch-archives` compares it with REST.
 */
export const LABELS_MOVED = Date.UTC(2026, 5, 25);

/** The meaning of a label or a stamp; epoch ms. */
export interface ReadAt {
  /** the instant of the reading; of a volume, the end of its five minutes */
  readonly time: number;
  /** when the value could first be known */
  readonly knownAt: number;
  /** as the venue wrote it, where that is not `time`; else null */
  readonly label: number | null;
}

/**
 * What is added to the labels of a day's file; ms.
 * @param day its beginning, not the label's: one label stands in two files
 * @param moved the day from whose file on a label is the beginning of its slot
 */
export const labelShift = (
  day: number,
  exceptions: readonly LabelRule[] = [],
  moved = LABELS_MOVED,
): number => ruleFor(exceptions, day)?.shiftMs ?? (day < moved ? 0 : READING_STEP);

export const metricLabels: ArchiveLabels = {
  dataset: 'binance-usdm-metrics',
  shift: ({ start }, exceptions) => labelShift(start, exceptions),
};

/** A row of the archive. Its label means the same in all columns: readings at an instant, volumes of the slot before it. */
export function readAt(
  label: number,
  day: number,
  exceptions: readonly LabelRule[] = [],
  moved = LABELS_MOVED,
): ReadAt {
  return instant(label, labelShift(day, exceptions, moved));
}

/** A row of `/futures/data/`: readings are stamped with their instant, a volume with the beginning of its slot. */
export const answeredAt = (stamp: number, isVolume: boolean): ReadAt =>
  instant(stamp, isVolume ? READING_STEP : 0);

function instant(label: number, shift: number): ReadAt {
  const time = label + shift;
  return { time, knownAt: time, label: shift === 0 ? null : label };
}
