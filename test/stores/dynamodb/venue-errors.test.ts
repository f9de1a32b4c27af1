import { createVenueErrors } from '../../../functions/stores/dynamodb/watch/venue-errors.ts';
import { describeVenueErrors } from '../../conformance/venue-errors.ts';
import { createTestJobTable } from '../../helpers/job-table.ts';

describeVenueErrors(async () => {
  const table = await createTestJobTable();
  return Object.assign(createVenueErrors(table), {
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  });
});
