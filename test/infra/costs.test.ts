import { describe, expect, it } from 'vitest';
import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import prices from '../../functions/core/costs/aws.json' with { type: 'json' };
import { billFor, type Prices, standing, total } from '../../functions/core/costs/bill.ts';
import { estimateWork, sum, times, usageOfJob } from '../../functions/core/costs/usage.ts';
import { DAY } from '../../functions/core/time/time.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { report } from '../../infra/costs/costs.ts';
import { largeBackfill, refreshMonth } from '../../infra/costs/scenarios.ts';
import { synth } from './support/synth.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);
const virginia: Prices = prices.regions['us-east-1'];
const year = { start: Date.UTC(2025, 0, 1), end: NEW_YEAR };

it('prices are dated, and each names the page of AWS where it stands', () => {
  expect(prices.asOf).toMatch(/^20\d\d-(?:0[1-9]|1[0-2])$/);
  for (const region of Object.values(prices.regions)) {
    expect(Object.keys(region).sort()).toEqual(Object.keys(prices.pages).sort());
  }
  expect(Object.keys(prices.unconfirmed)).toEqual(Object.keys(prices.regions));
  for (const names of Object.values(prices.unconfirmed)) {
    expect(Object.keys(prices.pages)).toEqual(expect.arrayContaining(names));
  }
  for (const page of Object.values(prices.pages)) expect(page).toMatch(/^https:\/\/aws\.amazon\.com\/\S+\/$/);
});

it('quotas stand in the same file, each with its page', () => {
  expect(prices.quotasFrom).toMatch(/20\d\d-\d\d/);
  for (const [id, { value, unit, page, known }] of Object.entries(prices.quotas)) {
    expect([id, page]).toEqual([id, expect.stringMatching(/^https:\/\/docs\.aws\.amazon\.com\/\S+\.html$/)]);
    expect([id, value > 0, unit.length > 0, ['page', 'memory'].includes(known)]).toEqual([
      id,
      true,
      true,
      true,
    ]);
  }
});

describe('work', () => {
  it('is cut as the planner cuts it', () => {
    expect(estimateWork(klines_spot, '1m', year, 3)).toEqual({ series: 3, chunks: 36, rows: 3 * 525_600 });
    expect(estimateWork(klines_spot, '1s', { start: NEW_YEAR, end: NEW_YEAR + 2 * DAY }, 1)).toEqual({
      series: 1,
      chunks: 2,
      rows: 2 * 86_400,
    });
  });

  it('goes through the states of the machine wave by wave', () => {
    // 600 chunks: two waves, three plans. 3 × (PlanWave, WhatNext) + 2 × FetchChunks + 600 items + FinalizeJob
    const { transitions, lambdaCalls, expressRequests } = usageOfJob({ series: 50, chunks: 600, rows: 0 });
    expect({ transitions, lambdaCalls, expressRequests }).toEqual({
      transitions: 609,
      lambdaCalls: 604,
      expressRequests: 600,
    });
  });

  it('adds up', () => {
    const one = usageOfJob({ series: 1, chunks: 12, rows: 525_600 });
    expect(sum(one, one)).toEqual(times(2, one));
  });
});

describe('the bill', () => {
  const nothing = times(0, usageOfJob({ series: 1, chunks: 1, rows: 1 }));

  it.each([
    ['Step Functions, jobs', { transitions: 1e6 }, 25],
    ['Step Functions, chunks', { expressRequests: 1e6 }, 1],
    ['DynamoDB', { writes: 1e6, reads: 1e6 }, 0.75],
    ['Lambda', { lambdaCalls: 1e6, lambdaGbSeconds: 400_000 }, 0.2 + 5.33336],
    ['Logs', { logBytes: 2e9 }, 1],
  ])('of %s is the list price', (item, used, usd) => {
    const bill = billFor({ ...nothing, ...used }, virginia);
    expect(bill[item]).toBeCloseTo(usd, 6);
    expect(total(bill)).toBeCloseTo(usd, 6);
  });

  it('of a month of 1,000 symbols on both markets, refreshed each minute, is below 40 USD', () => {
    const { usage } = refreshMonth(NEW_YEAR, 1_000, '1,000 symbols');
    expect(total(billFor(usage, virginia)) + total(standing(virginia))).toBeLessThan(40);
    // A chunk for each series alone was 86 million calls and as many map items.
    expect(usage.lambdaCalls).toBeLessThan(43_200 * 10);
  });

  it('grows with the symbols', () => {
    const cost = (symbols: number) => total(billFor(largeBackfill(NEW_YEAR, symbols).usage, virginia));
    expect(cost(10_000) / cost(1_000)).toBeCloseTo(10, 6);
    expect(largeBackfill(NEW_YEAR)).toMatchObject({ jobs: 10, work: { chunks: 10_000 * 120 } });
  });
});

describe('the report', () => {
  const text = report(NEW_YEAR);

  it('has the scenarios in every region, and says how old its prices are', () => {
    // Every minute for 30 days, one job for both markets and both symbols, and one chunk for each market.
    expect(text).toContain('43,200 jobs, 86,400 chunks, 172,800 rows');
    expect(text).toContain('43,200 jobs, 172,800 chunks, 86,400,000 rows');
    expect(text).toContain('10 jobs, 1,200,000 chunks');
    for (const region of Object.keys(prices.regions)) expect(text).toContain(region);
    expect(text).toContain(prices.asOf);
    expect(text).toContain('aws.amazon.com/pricing');
  });
});

it('counts the alarms, metrics and secrets that the stack has', () => {
  const plain = synth();
  expect(Object.keys(plain.of('AWS::CloudWatch::Alarm')).length).toBeLessThanOrEqual(ASSUMED.alarms);
  expect(Object.keys(plain.of('AWS::Logs::MetricFilter')).length).toBeLessThanOrEqual(ASSUMED.logMetrics);
  expect(Object.keys(plain.of('AWS::SecretsManager::Secret'))).toHaveLength(ASSUMED.secrets);
});
