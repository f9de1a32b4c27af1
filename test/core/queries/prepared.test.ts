import { beforeEach, describe, expect, it } from 'vitest';
import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import {
  awaitFile,
  type FileOrder,
  type FileShelf,
  keptProblem,
  LONGEST_MAKING,
  orderFile,
  type PreparedFiles,
} from '../../../functions/core/queries/export/prepared.ts';
import { MINUTE, SECOND } from '../../../functions/core/time/time.ts';

const ID = 'a'.repeat(64);
const REQUEST = { table: 'spot_klines', query: { symbol: 'BTCUSDT' }, format: 'parquet' };
const START = Date.UTC(2025, 0, 1);

let now: number;
let made: string[];
let files: Map<string, string>;
let orders: Map<string, FileOrder & { version: string }>;
/** What happens as time passes. */
let later: (now: number) => void;
let makes: PreparedFiles['make'];
beforeEach(() => {
  now = START;
  made = [];
  files = new Map();
  orders = new Map();
  later = () => {};
  makes = async () => {};
});

const shelf: FileShelf = {
  link: async (id) => files.get(id),
  order: async (id) => orders.get(id),
  async enter(id, order, instead) {
    if (orders.get(id)?.version !== instead?.version) return false;
    orders.set(id, { ...order, version: `${orders.get(id)?.version ?? ''}+` });
    return true;
  },
};
const at: PreparedFiles = {
  shelf,
  make: async (id, request) => {
    made.push(request.format);
    await makes(id, request);
  },
  async sleep(ms) {
    now += ms;
    later(now);
  },
};
const ask = () => orderFile(ID, REQUEST, at, () => now);
const fail = (error: unknown) =>
  orders.set(ID, { state: 'failed', at: now, problem: keptProblem(error, ID), version: 'f' });

describe('a file that is ordered', () => {
  it('is not made again where it is there', async () => {
    files.set(ID, 'https://there');
    expect([await ask(), made, now]).toEqual(['https://there', [], START]);
  });

  it('is waited for while an answer may take', async () => {
    later = (time) => time >= START + 7 * SECOND && files.set(ID, 'https://there');
    expect([await ask(), made, now - START]).toEqual(['https://there', ['parquet'], 7 * SECOND]);
  });

  it('is being made when that time is over, once for all that request it', async () => {
    expect([await ask(), made]).toEqual([undefined, ['parquet']]);
    expect(now - START).toBe(20 * SECOND);
    expect([await ask(), made]).toEqual([undefined, ['parquet']]);
    expect(await awaitFile(ID, at, () => now)).toBe('making');
    files.set(ID, 'https://there');
    expect(await awaitFile(ID, at, () => now)).toEqual({ link: 'https://there' });
  });

  it('is made once for two that order it at the same moment', async () => {
    files.delete(ID);
    later = () => files.set(ID, 'https://there');
    expect(await Promise.all([ask(), ask()])).toEqual(['https://there', 'https://there']);
    expect(made).toEqual(['parquet']);
  });

  it('fails with what it failed with, and is made again by the next one', async () => {
    later = () => fail(badRequest('unknown-column', 'columns', '"x" is not a column.', 'Take another.'));
    const refused = {
      code: 'unknown-column',
      status: 400,
      message: 'columns: "x" is not a column. Take another.',
    };
    await expect(ask()).rejects.toMatchObject(refused);
    await expect(awaitFile(ID, at, () => now)).rejects.toMatchObject(refused);
    later = () => files.set(ID, 'https://there');
    expect([await ask(), made]).toEqual(['https://there', ['parquet', 'parquet']]);
  });

  it('says no more of a fault of the program than that it failed', async () => {
    later = () => fail(new TypeError('a secret of the inside'));
    await expect(ask()).rejects.toMatchObject({
      code: 'file-not-made',
      status: 503,
      message: expect.not.stringContaining('secret'),
    });
  });

  it('keeps nobody waiting where its maker could not be called', async () => {
    makes = () => Promise.reject(new Error('not allowed'));
    await expect(ask()).rejects.toThrow('not allowed');
    expect(orders.get(ID)).toMatchObject({ state: 'failed', problem: { code: 'file-not-made' } });
    makes = async () => {
      files.set(ID, 'https://there');
    };
    expect(await ask()).toBe('https://there');
  });

  it('has failed where its maker ended without a word', async () => {
    await ask();
    now = START + LONGEST_MAKING;
    await expect(awaitFile(ID, at, () => now)).rejects.toMatchObject({ code: 'file-not-made' });
    later = () => files.set(ID, 'https://there');
    expect([await ask(), made.length]).toEqual(['https://there', 2]);
    // It is not taken for dead before a function ends by itself.
    expect(LONGEST_MAKING).toBeGreaterThan(15 * MINUTE);
  });
});

it('a file that nobody ordered is not waited for', async () => {
  expect([await awaitFile(ID, at, () => now), now, made]).toEqual([undefined, START, []]);
});
