import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { VenueErrors } from '../../functions/core/rates/venue-errors.ts';
import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { Events, ProgramEvent } from '../../functions/core/workflow/events.ts';
import { countedEvents, venueCounter } from '../../functions/runtime/metrics/counters.ts';
import { exposition } from '../../functions/runtime/metrics/exposition.ts';
import { Telemetry } from '../../functions/runtime/metrics/telemetry.ts';
import { readExposition } from '../helpers/exposition.ts';
import { createMemoryVenueErrors } from '../helpers/memory-table.ts';

const now = Date.UTC(2025, 5, 1);

describe('the text format', () => {
  it('keeps what names hold, and leaves out a metric without samples', () => {
    const odd = 'a "quoted" \\ name\nof two lines';
    const text = exposition([
      {
        name: 'gordon_rows',
        help: odd,
        type: 'gauge',
        samples: [{ labels: { symbol: odd }, value: 1.5e21 }],
      },
      {
        name: 'gordon_up',
        help: 'Up.',
        type: 'gauge',
        samples: [{ labels: {}, value: Number.NEGATIVE_INFINITY }],
      },
      { name: 'gordon_none', help: 'Nothing.', type: 'counter', samples: [] },
    ]);
    const read = readExposition(text);
    expect([...read.keys()]).toEqual(['gordon_rows', 'gordon_up']);
    expect(read.get('gordon_rows')!.samples).toEqual([{ labels: { symbol: odd }, value: 1.5e21 }]);
    expect(read.get('gordon_up')!.samples[0]!.value).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is read strictly here', () => {
    const family = '# HELP a A.\n# TYPE a gauge\n';
    for (const bad of ['a 1\n', `${family}a 1`, `${family}b 1\n`, `${family}a x\n`, `${family}a{b=c} 1\n`])
      expect(() => readExposition(bad)).toThrow();
    expect(() => readExposition(`${family}a{b="c"} 1\na{b="c"} 2\n`)).toThrow('twice');
  });
});

describe('counts', () => {
  it('of requests are by venue and outcome, of jobs by status and duration', () => {
    const telemetry = new Telemetry();
    for (const outcome of ['ok', 'ok', 'limited'] as const) telemetry.request('binance', outcome, now);
    telemetry.job('succeeded', 4 * SECOND);
    telemetry.job('succeeded', 2 * MINUTE);
    const read = readExposition(exposition(telemetry.metrics()));
    expect(read.get('gordon_venue_requests_total')!.samples).toEqual([
      { labels: { venue: 'binance', outcome: 'ok' }, value: 2 },
      { labels: { venue: 'binance', outcome: 'limited' }, value: 1 },
    ]);
    const buckets = read.get('gordon_job_duration_seconds_bucket')!.samples;
    const upTo = (le: string) => buckets.find(({ labels }) => labels.le === le)!.value;
    expect(['1', '5', '60', '300', '+Inf'].map(upTo)).toEqual([0, 1, 1, 2, 2]);
    expect(read.get('gordon_job_duration_seconds_sum')!.samples[0]!.value).toBe(124);
  });

  it('of jobs are made by the events of their ends', async () => {
    const telemetry = new Telemetry();
    const published: ProgramEvent[] = [];
    const inner: Events = { publish: async (events) => void published.push(...events) };
    const events = countedEvents(inner, telemetry, () => now + 2 * SECOND);
    const jobId = ulid(now);
    await events.publish([
      { type: 'JobFailed', detail: { jobId, status: 'failed' } },
      { type: 'GapFound', detail: { jobId } },
    ]);
    expect(published).toHaveLength(2);
    const read = readExposition(exposition(telemetry.metrics()));
    expect(read.get('gordon_job_duration_seconds_sum')!.samples).toEqual([
      { labels: { status: 'failed' }, value: 2 },
    ]);
  });
});

describe('a venue', () => {
  const setUp = () => {
    const published: ProgramEvent[] = [];
    const errors = createMemoryVenueErrors();
    const count = venueCounter(
      new Telemetry(),
      () => ({ publish: async (events) => void published.push(...events) }),
      () => errors,
    );
    return { count, published, errors: errors as { -readonly [K in keyof VenueErrors]: VenueErrors[K] } };
  };

  it('is down after five minutes without one useful answer, and that is said once', () => {
    const { count, published } = setUp();
    count('bybit', 'unreachable', now);
    count('bybit', 'broken', now + 4 * MINUTE);
    count('binance', 'ok', now + 5 * MINUTE);
    expect(published).toEqual([]);
    count('bybit', 'limited', now + 5 * MINUTE);
    count('bybit', 'unreachable', now + 50 * MINUTE);
    expect(published).toEqual([
      { type: 'VenueDown', detail: { venue: 'bybit', since: '2025-06-01T00:00:00Z', last: 'limited' } },
    ]);
  });

  it('is up again with any answer that is its own', () => {
    const { count, published } = setUp();
    for (const outcome of ['missing', 'unknown-symbol', 'refused', 'ok'] as const) {
      count('bybit', 'broken', now);
      count('bybit', outcome, now + MINUTE);
      count('bybit', 'broken', now + 10 * MINUTE);
      count('bybit', outcome, now + 11 * MINUTE);
    }
    expect(published).toEqual([]);
  });

  it('is noted as failing since its first failure, and its errors by hour, until it answers', async () => {
    const { count, errors } = setUp();
    count('bybit', 'ok', now - 1);
    count('bybit', 'missing', now - 1);
    count('bybit', 'unreachable', now);
    count('bybit', 'limited', now + MINUTE);
    count('bybit', 'broken', now + 2 * MINUTE);
    count('binance', 'refused', now);
    await expect
      .poll(() => errors.troubles())
      .toEqual([{ venue: 'bybit', outcome: 'broken', since: now, last: now + 2 * MINUTE }]);
    const counted = (await errors.since(now)).map(({ venue, outcome }) => `${venue} ${outcome}`);
    expect(counted.sort()).toEqual(['binance refused', 'bybit broken', 'bybit limited', 'bybit unreachable']);
    count('bybit', 'ok', now + 3 * MINUTE);
    await expect.poll(() => errors.troubles()).toEqual([]);
  });

  it('that answers costs the job table nothing', async () => {
    const { count, errors } = setUp();
    const calls: string[] = [];
    for (const name of ['note', 'failing', 'recovered'] as const) {
      const inner = errors[name];
      errors[name] = async (...given: never[]) => {
        calls.push(name);
        await (inner as (...of: never[]) => Promise<void>)(...given);
      };
    }
    count('bybit', 'ok', now);
    count('bybit', 'missing', now);
    count('bybit', 'broken', now);
    count('bybit', 'ok', now);
    count('bybit', 'ok', now);
    await expect.poll(() => calls).toEqual(['note', 'failing', 'recovered']);
  });
});
