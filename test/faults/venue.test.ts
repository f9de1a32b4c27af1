import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY, iso, MINUTE } from '../../functions/core/time/time.ts';
import type { Fault } from '../../simulator/frame/faults/faults.ts';
import { type FaultHost, freshSlice, startFaultHost, type Tamper } from '../helpers/faults/host.ts';

/** Whatever a venue does: no lost row, no double, no wrong span, the job's report is accurate, and the next trigger completes. */
let at: FaultHost;
beforeAll(async () => {
  at = await startFaultHost({ tableInMemory: true });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.calm());

const FILES = '/data/spot/daily/klines/';
const PAGES = '/api/v3/klines';
const noFiles: Fault = { kind: 'not-found', match: FILES };
const pages = (fault: Fault): Fault[] => [noFiles, { match: PAGES, ...fault }];

describe('a venue that', () => {
  it.each<[what: string, faults: Fault[], status: string]>([
    ['answers 500, twice', pages({ kind: 'status', status: 500, times: 2 }), 'succeeded'],
    ['answers 503 for good', pages({ kind: 'status', status: 503 }), 'failed'],
    ['answers 502 in the middle', pages({ kind: 'status', status: 502, skip: 1, times: 9 }), 'succeeded'],
    [
      'refuses the region in the middle',
      pages({ kind: 'status', status: 451, skip: 1 }),
      'completed_with_gaps',
    ],
    ['sends a page of HTML, twice', pages({ kind: 'html', times: 2 }), 'succeeded'],
    ['sends nothing but HTML', pages({ kind: 'html', skip: 1 }), 'completed_with_gaps'],
    ['never answers, once', pages({ kind: 'hang', skip: 1, times: 1 }), 'succeeded'],
    ['cuts answers off', pages({ kind: 'cut', times: 2 }), 'succeeded'],
    ['sends half a body as if it were whole', pages({ kind: 'truncate', skip: 1, times: 1 }), 'succeeded'],
    ['sends half of each file', [{ kind: 'truncate', match: /daily\/klines\/.*\.zip$/ }], 'succeeded'],
    ['stores broken zips', [{ kind: 'corrupt-zip', match: FILES }], 'succeeded'],
    ['publishes wrong checksums', [{ kind: 'wrong-checksum', match: FILES }], 'succeeded'],
    ['has HTML in place of files', [{ kind: 'html', match: FILES, times: 4 }], 'succeeded'],
    [
      'has rows twice and out of order in files',
      [
        { kind: 'duplicate', match: FILES },
        { kind: 'unsorted', match: FILES },
      ],
      'succeeded',
    ],
    ['cuts files off for good', [{ kind: 'cut', match: FILES }], 'succeeded'],
  ])('%s', async (_what, faults, status) => {
    const slice = freshSlice();
    const active = faults.map((fault) => at.venues.faults.add(fault));
    const job = await at.trigger(slice);
    expect([job.status, active.every(({ hits }) => hits > 0)]).toEqual([status, true]);
    await at.recovers(slice, job);
  });

  it('contradicts itself in a file keeps one of the two rows, and says so', async () => {
    const slice = freshSlice();
    at.venues.faults.add({ kind: 'conflict', match: FILES });
    const job = await at.trigger(slice);
    const [found] = await at.sql`
      select count(*)::int as n from market_data.findings where kind = 'duplicate-conflict' and job_id = ${job.id}`;
    expect([job.status, found!.n > 0]).toEqual(['succeeded', true]);
  });
});

it('an archive that cannot be reached is the source of a gap that no answer reaches back to, in job and report', async () => {
  const from = Date.UTC(2025, 2, 4);
  const order = {
    source: 'open_interest_binance',
    symbols: ['BTCUSDT'],
    from: iso(from),
    to: iso(from + DAY),
  };
  const trigger = async () => at.settled((await at.order(order)).id);
  at.venues.faults.add({ kind: 'cut', match: '/daily/metrics/' });
  const job = await trigger();
  interface Row {
    readonly gaps: readonly { readonly cause: string }[];
  }
  const gapsOf = async () =>
    (await at.ask<Row[]>(`/backfill/report?source=${order.source}&symbol=BTCUSDT`)).body[0]!.gaps;
  const gap = { from: order.from, to: order.to, rows: 24, cause: 'source-error' };
  expect([job.status, job.gaps]).toMatchObject(['completed_with_gaps', [gap]]);
  expect(await gapsOf()).toMatchObject([
    {
      ...gap,
      error: expect.stringContaining('archive could not be reached'),
      evidence: [{ code: 'archive-unreachable' }, { what: 'archive (not reached)', status: 503 }],
    },
  ]);
  at.calm();
  const again = await trigger();
  expect([again.status, again.rows_fetched > 0, await gapsOf()]).toEqual(['succeeded', true, []]);
});

describe('a venue that refuses for a while', () => {
  it.each<[status: number, resumesAfter: number]>([
    [429, 0],
    [418, MINUTE],
    [403, 4 * MINUTE],
  ])('with %d is left alone, then the job goes on', async (status, resumesAfter) => {
    const slice = freshSlice();
    for (const fault of pages({ kind: 'status', status, skip: 1, times: 1 })) at.venues.faults.add(fault);
    // A 429 says when to come back; the others say it in minutes, which pass at once here.
    at.around = async (_handler, event, invoke) => {
      const answer = (await invoke(event)) as { waitSeconds?: number };
      if (!answer.waitSeconds) return answer;
      at.skip(answer.waitSeconds * 1_000);
      waited += answer.waitSeconds * 1_000;
      return { ...answer, waitSeconds: 0 };
    };
    let waited = 0;
    const job = await at.trigger(slice);
    expect([job.status, waited > resumesAfter]).toEqual(['succeeded', true]);
    await at.recovers(slice, job);
  });
});

describe('pages that come', () => {
  it.each<[what: string, tamper: Tamper]>([
    ['reversed', (rows) => rows.toReversed()],
    ['with each row twice', (rows) => rows.flatMap((row) => [row, row])],
    ['shuffled', (rows) => [...rows.filter((_, i) => i % 3 === 1), ...rows.filter((_, i) => i % 3 !== 1)]],
    ['short by half', (rows) => rows.slice(0, Math.ceil(rows.length / 2))],
  ])('%s give each row once', async (_what, tamper) => {
    const slice = freshSlice();
    at.venues.faults.add(noFiles);
    at.tamper = tamper;
    const job = await at.trigger(slice);
    expect(job.status).toBe('succeeded');
    await at.recovers(slice, job);
  });

  it('once more instead of the next bring nothing that was not requested', async () => {
    const slice = freshSlice();
    at.venues.faults.add(noFiles);
    let first: unknown[] | undefined;
    let struck = 0;
    at.tamper = (rows) => {
      first ??= rows;
      return rows !== first && struck++ < 1 ? first : rows;
    };
    const job = await at.trigger(slice);
    expect([job.status, struck > 0]).toEqual(['succeeded', true]);
    await at.recovers(slice, job);
  });
});
