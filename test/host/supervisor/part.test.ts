import { expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { keepRunning, type Part } from '../../../host/supervisor/part.ts';
import type { PartState } from '../../../host/supervisor/part-state.ts';

/** A part that ends as a script has it, on a clock that pauses move. */
function scripted(runs: readonly (number | Error)[], noted = (_: PartState): void => {}) {
  const over = new AbortController();
  const notes: PartState[] = [];
  const pauses: number[] = [];
  let now = Date.UTC(2025, 5, 1);
  let at = 0;
  let paused = 0;
  const part: Part = {
    async ended() {
      const ran = runs[at++]!;
      if (at === runs.length) over.abort();
      now += ran as number;
      return `end ${at}`;
    },
    async start() {
      pauses.push(paused);
      paused = 0;
      const next = runs[at]!;
      if (!(next instanceof Error)) return;
      at++;
      throw next;
    },
    note(state) {
      notes.push(state);
      noted(state);
    },
  };
  const sleep = async (ms: number) => {
    now += ms;
    paused += ms;
  };
  const done = keepRunning(part, over.signal, { clock: () => now, sleep });
  return { done, notes, pauses };
}

it('starts what ends at once, and what keeps ending ever later', async () => {
  const { done, pauses } = scripted([0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0]);
  await done;
  expect(pauses.slice(0, 9)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

it('begins anew with one that ran for long', async () => {
  const { done, pauses } = scripted([0, 10, 10, 10 * MINUTE, 10, 0]);
  await done;
  expect(pauses).toEqual([0, 1_000, 2_000, 0, 1_000]);
});

it('goes on where nothing can be noted, as on a full disk', async () => {
  const { done, pauses } = scripted([0, 10, 10, 0], () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  await done;
  expect(pauses).toEqual([0, 1_000, 2_000]);
});

it('distinguishes a start that fails from an end, and counts only what runs', async () => {
  const { done, notes } = scripted([5, new Error('the disk is full'), 7, 0]);
  await done;
  expect(notes.map(({ restarts, why, nextAt }) => [restarts, why, nextAt !== undefined])).toEqual([
    [0, 'end 1', true],
    [0, 'the disk is full', true],
    [1, 'the disk is full', false],
    [1, 'end 3', true],
    [2, 'end 3', false],
  ]);
});
