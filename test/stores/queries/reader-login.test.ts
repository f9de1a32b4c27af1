import { expect, it } from 'vitest';
import { readEnv } from '../../../functions/runtime/env.ts';
import { databasePorts } from '../../../functions/runtime/ports/database-ports.ts';
import { sources } from '../../../functions/sources/index.ts';
import { connect } from '../../../functions/stores/postgres/postgres.ts';
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

it('the time-out of the login ends no answer that lasts as long as its reader takes', async () => {
  await using database = await createTestDatabase();
  const admin = database.connect({ max: 1 });
  const name = `slow_${database.url.slice(-8)}`;
  await admin.unsafe(
    `create role ${name} login password 'x' in role gordon_reader; alter role ${name} set statement_timeout = '1min'`,
  );
  const url = Object.assign(new URL(database.url), { username: name, password: 'x' }).href;
  const timeout = async (unlimited: boolean) => {
    const sql = connect(url, { max: 1, unlimited });
    const [row] = await sql`select current_setting('statement_timeout') as is`;
    await sql.end({ timeout: 5 });
    return row!.is;
  };
  expect([await timeout(false), await timeout(true)]).toEqual(['1min', '0']);
  await admin.unsafe(`drop role ${name}`);
});
