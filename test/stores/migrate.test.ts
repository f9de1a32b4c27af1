import { describe, expect, it } from 'vitest';
import { migrate } from '../../functions/stores/migrate.ts';
import { createTestDatabase } from '../helpers/database.ts';

describe('migrate', () => {
  it('brings an empty database to the newest version, and does nothing the second time', async () => {
    await using database = await createTestDatabase('empty');
    const first = await migrate(database.url);
    expect(first.flavour).toBe('postgres');
    expect(first.applied).toContain('0002.do.ledger.sql');
    const second = await migrate(database.url);
    expect(second).toEqual({ flavour: 'postgres', applied: [], version: first.version });
  });
});
