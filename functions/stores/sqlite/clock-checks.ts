import type { ClockChecks } from '../../core/series/clock-offset.ts';
import { CLOCK_KEY, readingItem, toReading } from '../dynamodb/clock-checks.ts';
import type { ItemFile } from './item-file.ts';

/** The last reading of the clock that mattered, one item. */
export const createClockChecks = (file: ItemFile): ClockChecks => ({
  async note(reading) {
    file.put(CLOCK_KEY, readingItem(reading));
  },
  async last() {
    const item = file.get(CLOCK_KEY);
    return item && toReading(item);
  },
});
