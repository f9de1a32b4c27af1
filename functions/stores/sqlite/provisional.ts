import type { JobStore } from '../../core/jobs/ports.ts';
import { seriesLabel } from '../../core/series/series.ts';
import { normalize } from '../../core/time/range.ts';
import { DAY, iso, SECOND } from '../../core/time/time.ts';
import { provisionalKey, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

/** Older notes are never read: the slowest source is requested once an hour. */
const KEEP = DAY;

/** When provisional rows were last requested: an item for each chunk. Losing one costs a request. */
export const createProvisionalNotes = (
  file: ItemFile,
): Pick<JobStore, 'noteProvisional' | 'provisionalSince' | 'forgetProvisional'> => ({
  async noteProvisional(chunk, spans, at) {
    const key = provisionalKey(seriesLabel(chunk), chunk.label);
    file.atomically(chunk.label, () =>
      file.put(key, {
        at: iso(at),
        spans: spans.map(({ start, end }) => [start, end]),
        [TTL_ATTRIBUTE]: Math.floor((at + KEEP) / SECOND),
      }),
    );
  },

  async provisionalSince(series, since, until) {
    const notes = file.within(provisionalKey(seriesLabel(series), '').pk);
    const [first, last] = [iso(since), iso(until)];
    const spans = notes
      .filter(({ at }) => first <= (at as string) && (at as string) <= last)
      .flatMap((note) => note.spans as [number, number][]);
    return normalize(spans.map(([start, end]) => ({ start, end })));
  },

  async forgetProvisional(series) {
    const label = seriesLabel(series);
    file.atomically(label, () => {
      for (const { pk, sk } of file.within(provisionalKey(label, '').pk))
        file.remove({ pk: pk as string, sk: sk as string });
    });
  },
});
