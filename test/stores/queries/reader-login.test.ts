import { expect, it } from 'vitest';
import { readEnv } from '../../../functions/runtime/env.ts';
import { databasePorts } from '../../../functions/runtime/ports/database-ports.ts';
import { sources } from '../../../functions/sources/index.ts';
import { createTestDatabase } from '../../helpers/database.ts';

const options = { clock: () => 0, sources, connections: 1 };

it('what only reads logs in as the reader, whose URL is all that it needs', async () => {
  await using database = await createTestDatabase();
  const ports = databasePorts(readEnv({ GORDON_READER_URL: database.url }), options);
  try {
    expect(await ports.makers.queries().accounts({ sources: ['klines_spot'] })).toEqual([]);
    expect(() => ports.makers.store()).toThrow(/GORDON_DATABASE_URL/);
  } finally {
    await ports.close();
  }
});
