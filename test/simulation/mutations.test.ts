import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MUTATIONS } from '../../simulation/mutations/index.ts';
import { mutate } from '../../simulation/mutations/mutation.ts';

it.each(MUTATIONS)('the fault $id can still be planted', (mutation) => {
  const source = readFileSync(mutation.file, 'utf8');
  expect(mutate(source, mutation)).not.toBe(source);
});

it('each fault has a name of its own', () => {
  expect(new Set(MUTATIONS.map(({ id }) => id)).size).toBe(33);
});
