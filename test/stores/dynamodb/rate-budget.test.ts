import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { createRateBudget } from '../../../functions/stores/dynamodb/rate-budget.ts';
import { createRateWatch } from '../../../functions/stores/dynamodb/rate-watch.ts';
import { describeRateBudget, drain, noon } from '../../conformance/rate-budget.ts';
import { createTestJobTable, type TestJobTable } from '../../helpers/job-table.ts';

describeRateBudget(async () => {
  const own = await createTestJobTable(noon);
  return Object.assign(own, {
    worker: (egress: string, clock = own.clock, sleep?: (ms: number) => Promise<unknown>) =>
      createRateBudget({ ...own, clock, egress, ...(sleep && { sleep }) }),
    watch: (egress: string) => createRateWatch({ ...own, egress }),
  });
});

let table: TestJobTable;
let names = 0;

beforeAll(async () => {
  table = await createTestJobTable(noon);
});
afterAll(() => table[Symbol.asyncDispose]());

/** A family and an address of its own for each test: they share the table. */
function setUp(limit: number, windowMs = MINUTE) {
  table.now = noon;
  const name = `t${++names}`;
  const family: LimitFamily = { id: `family-${name}`, limit, windowMs };
  const worker = (clock = table.clock) => createRateBudget({ ...table, clock, egress: name });
  return { family, worker, name };
}

describe('the table', () => {
  it('costs few writes', async () => {
    const { family } = setUp(6000);
    let writes = 0;
    const client = new Proxy(table.client, {
      get: (target, key) => {
        if (key !== 'send') return Reflect.get(target, key);
        return (command: object) => {
          if (command.constructor.name === 'UpdateCommand') writes++;
          return target.send(command as never);
        };
      },
    });
    const budget = createRateBudget({ ...table, client, egress: 'counted' });
    for (let i = 1; i <= 200; i++) {
      await budget.take('venue', family, 2);
      await budget.observe(family, 2 * i, noon + SECOND);
    }
    expect(writes).toBe(4);
  });

  it('leaves its counters to the time to live', async () => {
    const { family, worker, name } = setUp(600);
    await worker().take('venue', family, 1);
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.table }));
    expect(Items.find((item) => item.pk === `BUDGET#${name}#${family.id}`)).toEqual({
      pk: `BUDGET#${name}#${family.id}`,
      sk: '2025-06-01T12:00:00Z',
      used: 10,
      expires_at: (noon + MINUTE + HOUR) / SECOND,
    });
  });
});

describe("what a worker holds of the venue's own count", () => {
  it('reports other programs on the address, to all workers', async () => {
    const { family, worker } = setUp(600);
    const seen = worker();
    await seen.take('venue', family, 1);
    await seen.observe(family, 400, noon + SECOND);
    // 400 are gone, and what the first worker holds is still its own.
    expect((await drain(worker(), family, 1)).granted).toBe(540 - 400 - 9);
    expect((await drain(seen, family, 1)).granted).toBe(9);
  });
});

describe('a scope that cools down', () => {
  it('is seen a second later by a worker that has just read it', async () => {
    const { family, worker } = setUp(600);
    const [mine, other] = [worker(), worker()];
    await other.take('venue', family, 1);
    await mine.coolDown('venue', noon + MINUTE, 'banned');
    await other.take('venue', family, 1);
    table.now = noon + SECOND;
    await expect(other.take('venue', family, 1)).rejects.toMatchObject({ until: noon + MINUTE });
  });
});

it('distinguishes a job table that does not answer from a spent budget', async () => {
  const { family } = setUp(600);
  const budget = createRateBudget({ ...table, table: 'no-such-table', egress: 'x' });
  await expect(budget.take('venue', family, 1)).rejects.toMatchObject({ code: 'job-table-failed' });
});
