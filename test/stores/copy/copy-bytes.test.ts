import { expect, it } from 'vitest';
import { copyBytes } from '../../../functions/stores/copy/copy-bytes.ts';
import { createTestDatabase } from '../../helpers/database.ts';

it('leaves its session to the next statement, also when the rows came faster than they were taken', async () => {
  await using database = await createTestDatabase('empty');
  const sql = database.connect({ max: 1 });
  const other = database.connect({ max: 1 });
  // A piece is a quarter of a megabyte: of some of these the rest waits in the stream, up to the end of the COPY.
  for (let rows = 4_000; rows <= 12_000; rows += 250) {
    const next = await sql.begin(async (tx) => {
      let bytes = 0;
      const query = `copy (select n, repeat('x', 50) from generate_series(1, ${rows}) n) to stdout (format binary)`;
      for await (const piece of copyBytes(tx.unsafe(query))) {
        bytes += piece.length;
        await other`select count(*) from generate_series(1, 20000)`;
      }
      expect(bytes).toBeGreaterThan(rows * 60);
      return await tx`select ${rows}::int as rows`;
    });
    expect(next).toEqual([{ rows }]);
  }
});
