import { expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/time/time.ts';
import { OPERATOR_FAULTS } from '../../../simulation/world/faults/operators.ts';
import type { World } from '../../../simulation/world/world.ts';

it('a backup strikes when it is restored, not when it is made', () => {
  const due: { readonly at: number; readonly action: () => unknown }[] = [];
  const did: string[] = [];
  const world = {
    warehouse: { backup: () => ({}), restore: () => did.push('restored') },
    scheduler: { now: () => 0, at: (at: number, action: () => unknown) => due.push({ at, action }) },
    struck: (kind: string) => did.push(kind),
    disturb: () => undefined,
    orderAll: () => undefined,
  } as unknown as World;
  const kind = 'older backup restored';
  OPERATOR_FAULTS.find((one) => one.kind === kind)!.strike(world, { kind, at: 0, age: 11 * HOUR });
  expect(did).toEqual([]);
  expect(due.map(({ at }) => at)).toEqual([11 * HOUR]);
  for (const { action } of due) action();
  expect(did).toEqual(['restored', kind]);
});
