import type { ScheduleRuns } from '../../core/queries/ports.ts';
import { runItem, toRun } from '../dynamodb/items.ts';
import { runKey } from '../dynamodb/runs.ts';
import type { ItemFile } from './item-file.ts';

/** The last run of each schedule, one item each. */
export const createScheduleRuns = (file: ItemFile): ScheduleRuns => ({
  async note(schedule, run) {
    file.put(runKey(schedule), runItem(run));
  },
  async last(schedule) {
    const item = file.get(runKey(schedule));
    return item && toRun(item);
  },
});
