import { describe, expect, it } from 'vitest';
import { AGGREGATES } from '../../../functions/core/aggregates/aggregates.ts';
import { REFRESH_PATIENCE } from '../../../functions/core/jobs/finish-job.ts';
import { SECOND } from '../../../functions/core/time/time.ts';
import { functions } from '../../../functions/manifest.ts';
import { createRefresh } from '../../../functions/stores/aggregates/refresh-views.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';

const day = { start: Date.UTC(2025, 0, 1), end: Date.UTC(2025, 0, 2) };
const concurrent = Object.assign(new Error('could not refresh: concurrent refresh'), { code: '55P03' });

/** A server that refuses a number of CALLs, on a clock that only advances while a session waits. */
function server({ version = '2.28.3', refusals = 0, error = concurrent as Error } = {}) {
  let now = Date.UTC(2026, 0, 1);
  const seen = { calls: [] as string[], pauses: [] as number[], versions: 0 };
  const query = async () => {
    seen.versions++;
    return [{ version }];
  };
  const unsafe = (text: string) => ({
    simple: async () => {
      seen.calls.push(text);
      if (refusals-- > 0) throw error;
    },
  });
  const owner = Object.assign(query, { unsafe }) as unknown as Sql;
  const refresh = createRefresh({
    sql: owner,
    owner,
    clock: () => now,
    pause: async (ms) => {
      seen.pauses.push(ms);
      now += ms;
    },
  });
  return { seen, refresh: (patience?: number) => refresh('timescale', [day], patience ? { patience } : {}) };
}

describe('a refresh that meets another one', () => {
  it('waits and goes on where it was', async () => {
    const { seen, refresh } = server({ refusals: 4 });
    await refresh();
    expect(seen.pauses).toHaveLength(4);
    expect(new Set(seen.calls.slice(0, 5)).size).toBe(1);
    expect(new Set(seen.calls).size).toBe(AGGREGATES.length);
  });

  it('waits longer each time, by chance, and at most ten seconds at once', async () => {
    const { seen, refresh } = server({ refusals: 20 });
    await refresh(10 * 60 * SECOND);
    const most = seen.pauses.map((_, i) => Math.min(200 * 2 ** i, 10 * SECOND));
    seen.pauses.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(most[i]! / 2);
      expect(ms).toBeLessThanOrEqual(most[i]!);
    });
    const shares = seen.pauses.map((ms, i) => ms / most[i]!);
    expect(new Set(shares).size).toBeGreaterThan(1);
  });

  it('ends with an error that is tried again when it is not its turn in time', async () => {
    const { seen, refresh } = server({ refusals: Number.POSITIVE_INFINITY });
    await expect(refresh(60 * SECOND)).rejects.toMatchObject({
      name: 'RetryableStoreError',
      code: 'refresh-busy',
      cause: concurrent,
      subject: 'price_klines_15m 2025-01-01T00:00:00Z',
    });
    expect(seen.pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60 * SECOND);
    expect(seen.calls.length).toBeGreaterThan(5);
  });

  it('waits for nothing else', async () => {
    const error = Object.assign(new Error('must be owner of view'), { code: '42501' });
    const { seen, refresh } = server({ refusals: 1, error });
    await expect(refresh()).rejects.toMatchObject({ code: 'database-forbidden' });
    expect(seen.pauses).toEqual([]);
  });

  it('leaves its function the time for everything else', () => {
    const { timeoutSeconds } = functions.find(({ handler }) => handler === 'finalize-job')!;
    expect(REFRESH_PATIENCE).toBeLessThanOrEqual((timeoutSeconds * SECOND * 2) / 3);
  });
});

describe('a CALL', () => {
  const option = `, options => '{"buckets_per_batch":0}')`;
  it.each([
    ['2.28.0', true],
    ['2.31.1-dev', true],
    ['3.0.0', true],
    ['2.27.3', false],
    ['2.9.0', false],
  ])('to %s requests one batch: %s', async (version, knows) => {
    const { seen, refresh } = server({ version });
    await refresh();
    expect(seen.calls.every((text) => text.endsWith(option))).toBe(knows);
    expect(seen.calls[0]).toContain(
      `'2025-01-01T00:00:00Z'::timestamptz, '2025-01-02T00:00:00Z'::timestamptz`,
    );
  });

  it('needs the version once', async () => {
    const { seen, refresh } = server();
    await refresh();
    await refresh();
    expect(seen.versions).toBe(1);
    expect(seen.calls).toHaveLength(2 * AGGREGATES.length);
  });
});

it('says before each aggregate which one it is', async () => {
  let calls = 0;
  const phases: string[] = [];
  const sql = (async () => void calls++) as unknown as Sql;
  const refresh = createRefresh({ sql, owner: sql, clock: Date.now });
  await refresh('postgres', [day], {
    onAggregate: async (number, of) => void phases.push(`${number} of ${of}, ${calls} calls`),
  });
  expect(phases).toEqual(AGGREGATES.map((_, i) => `${i + 1} of ${AGGREGATES.length}, ${i} calls`));
});
