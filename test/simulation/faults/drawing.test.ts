import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import type { Hands } from '../../../simulation/engine/fault.ts';
import { drawPlan } from '../../../simulation/engine/fault.ts';
import { createRandom } from '../../../simulation/engine/random.ts';

import { FAULTS } from '../../../simulation/faults/index.ts';
import { createVenue, type RunVenue } from '../../../simulation/venue/index.ts';
import { RUN_SERIES } from '../../../simulation/venue/series.ts';
import { FUNCTION_FAULTS } from '../../../simulation/world/faults/functions.ts';
import { OPERATOR_FAULTS } from '../../../simulation/world/faults/operators.ts';

const start = Date.UTC(2025, 5, 10);
const within = { start, end: start + 5 * DAY };

/** A venue with all faults of a plan in it. */
function venueWith(seed: number) {
  const plan = drawPlan(FAULTS, createRandom(seed), { within, series: RUN_SERIES, mean: 30 });
  const clock = { now: start };
  const venue = createVenue({ scheduler: { now: () => clock.now }, random: createRandom(seed), start });
  const struck: string[] = [];
  const later: (() => void)[] = [];
  const hands = {
    venue,
    struck: (kind: string) => struck.push(kind),
    scheduler: { at: (_: number, what: () => void) => later.push(what) },
  } as unknown as Hands<RunVenue>;
  for (const fault of plan) FAULTS.find(({ kind }) => kind === fault.kind)!.strike(hands, fault);
  return { plan, venue, struck };
}

describe('faults of the venues', () => {
  const plans = Array.from({ length: 20 }, (_, seed) => venueWith(seed));

  it('come in all kinds', () => {
    const kinds = new Set(plans.flatMap(({ plan }) => plan.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual(FAULTS.map(({ kind }) => kind).sort());
  });

  it('are plain data, the same for the same seed', () => {
    const { plan } = venueWith(3);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan).toEqual(plans[3]!.plan);
  });

  it('are over when the quiet period begins, where they last', () => {
    const lasting = plans
      .flatMap(({ venue }) => venue.wire.faults)
      .filter(
        (fault) => 'until' in fault && !['relist', 'reused-ticker', 'damaged-file'].includes(fault.kind),
      );
    expect(lasting.length).toBeGreaterThan(100);
    expect(lasting.filter((fault) => 'until' in fault && fault.until > within.end)).toEqual([]);
  });

  it('leave a record that says when each row was to be had', () => {
    for (const { venue } of plans.slice(0, 3)) {
      for (const series of RUN_SERIES) {
        const rows = venue.truth.rows(series, { start: start - 6 * HOUR, end: start });
        for (const { from, until, lines } of rows) {
          expect(from).toBeLessThanOrEqual(until);
          expect(lines.length).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe('faults of the world', () => {
  it('are over before the quiet period begins, where they last', () => {
    const kinds = [...FUNCTION_FAULTS, ...OPERATOR_FAULTS] as unknown as typeof FAULTS;
    const draw = (seed: number) =>
      drawPlan(kinds, createRandom(seed), { within, series: RUN_SERIES, mean: 60 });
    const ends = Array.from({ length: 50 }, (_, seed) => draw(seed))
      .flat()
      .flatMap(({ at, lasts, age, after }) =>
        [lasts, age, after].filter((ms) => typeof ms === 'number').map((ms) => at + ms),
      );
    expect(ends.length).toBeGreaterThan(1_000);
    // An end at the very instant would undo what calm has set right.
    expect(Math.max(...ends)).toBeLessThan(within.end);
  });
});

describe('a swarm', () => {
  const drawn = (seed: number, swarm: boolean) =>
    drawPlan(FAULTS, createRandom(seed), { within, series: RUN_SERIES, mean: 60, swarm });
  const kindsOf = (seed: number, swarm: boolean) => new Set(drawn(seed, swarm).map(({ kind }) => kind)).size;
  const seeds = Array.from({ length: 30 }, (_, seed) => seed);

  it('leaves out kinds in some runs, and in others none', () => {
    const all = seeds.filter((seed) => kindsOf(seed, true) === kindsOf(seed, false));
    const few = seeds.filter((seed) => kindsOf(seed, true) < kindsOf(seed, false) / 2);
    expect(all.length).toBeGreaterThan(3);
    expect(few.length).toBeGreaterThan(3);
    expect(new Set(seeds.flatMap((seed) => drawn(seed, true).map(({ kind }) => kind))).size).toBe(
      FAULTS.length,
    );
  });

  it('has as many faults as another run', () => {
    const count = (swarm: boolean) => seeds.reduce((sum, seed) => sum + drawn(seed, swarm).length, 0);
    expect(count(true) / count(false)).toBeCloseTo(1, 1);
  });
});
