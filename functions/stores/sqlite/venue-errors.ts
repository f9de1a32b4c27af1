import type { VenueErrors } from '../../core/rates/venue-errors.ts';
import { iso } from '../../core/time/time.ts';
import { TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import {
  errorKey,
  errorsExpire,
  errorsKey,
  toErrorCount,
  toTrouble,
  troubleKey,
} from '../dynamodb/watch/venue-errors.ts';
import type { ItemFile } from './item-file.ts';

/** One item for each hour, venue and outcome, and one for each venue that does not answer. */
export const createVenueErrors = (file: ItemFile): VenueErrors => ({
  async note(venue, outcome, at) {
    const key = errorKey(venue, outcome, at);
    file.atomically('the errors of venues', () => {
      const count = ((file.get(key)?.count as number | undefined) ?? 0) + 1;
      file.put(key, { count, [TTL_ATTRIBUTE]: errorsExpire(at) });
    });
  },
  async failing(venue, outcome, at) {
    const key = troubleKey(venue);
    file.atomically('the errors of venues', () => {
      const since = file.get(key)?.since ?? iso(at);
      file.put(key, { since, last: iso(at), outcome, [TTL_ATTRIBUTE]: errorsExpire(at) });
    });
  },
  async recovered(venue) {
    file.remove(troubleKey(venue));
  },
  async since(at) {
    return file
      .within(errorsKey.errors)
      .map(toErrorCount)
      .filter(({ hour }) => hour >= at);
  },
  troubles: async () => file.within(errorsKey.troubles).map(toTrouble),
});
