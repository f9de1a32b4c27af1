import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overWire } from '../../../simulation/machine/wire.ts';

const written = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : JSON.parse(text);
};

it('what travels is what JSON makes of it', () => {
  const anything = fc.anything({ withDate: true, withMap: true, withSet: true, withSparseArray: true });
  fc.assert(
    fc.property(anything, (value) => {
      expect(overWire(value)).toStrictEqual(written(value));
    }),
  );
});

it.each([
  ['what is not defined', { a: undefined, b: [undefined], c: () => 1, d: Symbol('d') }],
  ['numbers that JSON has not', [Number.NaN, Number.POSITIVE_INFINITY, -0]],
  ['a list with a hole', new Array(1)],
  ['a name that means something', JSON.parse('{"__proto__": {"a": 1}}')],
  ['an instant', { at: new Date(0) }],
  ['what writes itself', { toJSON: () => ({ a: 1 }) }],
  [
    'an object of a class',
    new (class {
      readonly a = 1;
      readonly b = undefined;
    })(),
  ],
])('and so does %s', (_, value) => {
  expect(overWire(value)).toStrictEqual(written(value));
});

it('shares nothing with what was sent', () => {
  const sent = { list: [{ a: 1 }] };
  const got = overWire(sent) as typeof sent;
  sent.list[0]!.a = 2;
  expect(got).toEqual({ list: [{ a: 1 }] });
});
