import type { ScheduleRuns } from '../../core/queries/ports.ts';
import { iso } from '../../core/time/time.ts';
import { runKey } from '../dynamodb/runs.ts';
import type { ItemFile } from './item-file.ts';

/** The last run of each schedule, one item each. */
export const createScheduleRuns = (file: ItemFile): ScheduleRuns => ({
  async note(schedule, { at, ...run }) {
    file.put(runKey(schedule), { ...run, at: iso(at) });
  },
  async last(schedule) {
    const item = file.get(runKey(schedule));
    if (!item) return undefined;
    const { at, seconds, ok, detail } = item;
    return {
      at: Date.parse(at as string),
      seconds: seconds as number,
      ok: ok as boolean,
      detail: detail as string,
    };
  },
});
