import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column } from '../../../functions/core/series/table.ts';
import { readCopy } from '../../../functions/stores/copy/read-copy.ts';
import { connect, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { copyDataReceiver } from '../../../functions/stores/postgres/session-sockets.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { startTlsFront, type TlsFront } from '../../helpers/tls-front.ts';

let database: TestDatabase;
let front: TlsFront;
let plain: Sql;
let tls: Sql;
beforeAll(async () => {
  database = await createTestDatabase('empty');
  front = await startTlsFront(database.url);
  plain = database.connect({ max: 1 });
  tls = connect(front.url, { max: 1 });
});
afterAll(async () => {
  await tls?.end({ timeout: 5 });
  await front?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const columns: readonly Column[] = [
  { name: 'n', type: 'int4' },
  { name: 'half', type: 'float8' },
  { name: 'word', type: 'text' },
];

/** All rows, and what the same session answers next. */
const read = (sql: Sql, select: string, leave = Number.POSITIVE_INFINITY) =>
  sql.begin(async (tx) => {
    const rows: unknown[][] = [];
    const lengths: number[] = [];
    const copy = tx.unsafe(`copy (${select}) to stdout (format binary)`);
    for await (const batch of readCopy(tx, copy, columns)) {
      lengths.push(batch.length);
      for (let i = 0; i < batch.length; i++) {
        rows.push(
          batch.columns.map((data) => {
            const value = 'constant' in data ? data.constant : data[i];
            return Number.isNaN(value) ? null : value;
          }),
        );
      }
      if (rows.length >= leave) break;
    }
    const [next] = leave === Number.POSITIVE_INFINITY ? await tx`select 7 as seven` : [];
    return { rows, lengths, next };
  });

const MANY = `select n, case when n % 3 > 0 then n / 2.0 end::float8, case when n < 9000 then 'same' else 'word ' || n / 7 end
  from generate_series(1, 20000) n`;
const expected = Array.from({ length: 20_000 }, (_, i) => {
  const n = i + 1;
  return [n, n % 3 > 0 ? n / 2 : null, n < 9_000 ? 'same' : `word ${Math.floor(n / 7)}`];
});

describe.each([
  ['a session of its own socket', true],
  ['TLS', false],
])('rows over %s', (_, direct) => {
  const sql = () => (direct ? plain : tls);

  it('are taken where they arrive, unless another socket lies on top', async () => {
    const taken = await sql().begin(async (tx) => {
      const data = copyDataReceiver(tx, () => {});
      data?.close();
      return data !== undefined;
    });
    expect(taken).toBe(direct);
  });

  it('come in batches, and the session serves the next statement', async () => {
    expect(await read(sql(), MANY)).toEqual({
      rows: expected,
      lengths: [8_192, 8_192, 3_616],
      next: { seven: 7 },
    });
  });

  it('may be larger than what a socket gives at once', async () => {
    const wide = `select n, 0::float8, repeat(chr(64 + n), n * 100000) from generate_series(1, 4) n`;
    const { rows } = await read(sql(), wide);
    expect(rows.map(([n, , word]) => [n, String(word)[0], String(word).length])).toEqual([
      [1, 'A', 100_000],
      [2, 'B', 200_000],
      [3, 'C', 300_000],
      [4, 'D', 400_000],
    ]);
  });

  it('may be none', async () => {
    expect(await read(sql(), `select 1, 2::float8, 'x' where false`)).toEqual({
      rows: [],
      lengths: [],
      next: { seven: 7 },
    });
  });

  it('fail as the server does, before the first and in the middle', async () => {
    await expect(read(sql(), 'select nothing')).rejects.toMatchObject({ code: '42703' });
    const middle = `select n, 1.0::float8 / (15000 - n), 'x' from generate_series(1, 20000) n`;
    await expect(read(sql(), middle)).rejects.toMatchObject({ code: '22012' });
    expect((await read(sql(), MANY)).next).toEqual({ seven: 7 });
  });

  it('end where nobody reads on', async () => {
    // Not from a function's scan, which would write all of it to the disk first.
    const endless = `select n, 0::float8, 'x' from (select generate_series(1, 2000000000) n) endless`;
    const { lengths } = await read(sql(), endless, 8_192);
    expect(lengths).toEqual([8_192]);
    expect((await read(sql(), MANY)).next).toEqual({ seven: 7 });
  });
});
