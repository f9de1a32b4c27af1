import { expect, it } from 'vitest';
import { lazy } from '../../functions/runtime/ports/lazy.ts';

it('makes each property when it is first read, and keeps it', () => {
  const made: string[] = [];
  const object = lazy<{ one: object; two: object }>({
    one: () => {
      made.push('one');
      return {};
    },
    two: () => {
      made.push('two');
      return {};
    },
  });
  expect(made).toEqual([]);
  expect(object.one).toBe(object.one);
  expect(made).toEqual(['one']);
  expect(Object.keys({ ...object })).toEqual(['one', 'two']);
  expect(made).toEqual(['one', 'two']);
});

it('makes a property again that could not be made', () => {
  let fails = true;
  const object = lazy<{ one: number | undefined }>({
    one: () => {
      if (fails) throw new Error('not yet');
      return undefined;
    },
  });
  expect(() => object.one).toThrow('not yet');
  fails = false;
  expect(object.one).toBeUndefined();
});
