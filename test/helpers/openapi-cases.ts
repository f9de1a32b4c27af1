import fc from 'fast-check';
import type { OpenApi } from '../../functions/core/api/openapi.ts';
import { type DocumentedOperation, type Parameter, parser, type Schema } from './openapi.ts';
import { KNOWN, NASTY } from './openapi-words.ts';

/** A request that differs from a good one in one field. */
export interface Case {
  readonly operation: DocumentedOperation;
  readonly place: 'query' | 'header' | 'body';
  readonly field: string;
  /** undefined: the field is left out */
  readonly value: unknown;
  /** by the document */
  readonly allowed: boolean;
}

interface Good {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

const DAY = { from: '2025-02-01', to: '2025-02-02' };

/** A request that is taken, of operations that need something. */
export const GOOD: Readonly<Record<string, Good>> = {
  createJob: {
    query: { dry_run: 'true' },
    body: { source: 'klines_spot', symbols: ['BTCUSDT'], ...DAY },
  },
  getJob: { params: { id: '01JD0000000000000000000000' } },
  cancelJob: { params: { id: '01JD0000000000000000000000' } },
  unfollow: { query: { source: 'klines_spot', symbols: 'NOSUCHUSDT' } },
  verify: { body: { source: 'klines_spot', symbol: 'BTCUSDT', ...DAY } },
  verifyDeep: { body: { source: 'trades_spot', symbol: 'BTCUSDT', ...DAY } },
  refreshView: { body: { view: 'price_klines_1d', start: '2025-02-01', end: '2025-02-02' } },
  rows: { params: { table: 'spot_klines' }, query: { symbol: 'BTCUSDT' } },
  ledger: { query: { source: 'klines_spot', symbol: 'BTCUSDT' } },
  findings: { query: { source: 'klines_spot', symbol: 'BTCUSDT' } },
  loadCandles: { body: { symbol: 'BTCUSDT', start: '2025-02-01', end: '2025-02-02' } },
  inspectCandles: { query: { symbol: 'BTCUSDT' } },
  setRetention: { body: { source: 'gex' } },
};

/** What depends on two fields, on a table or on the clock is in no schema: such a refusal has a code of its own. */
export const RELATIONS: readonly (readonly [operation: string, field: string, code: string])[] = [
  // A range ends before it begins, or lies ahead.
  ...[
    'createJob',
    'verify',
    'verifyDeep',
    'setRetention',
    'loadCandles',
    'inspectCandles',
    'refreshView',
    'audit',
  ].flatMap((id) =>
    ['from', 'to', 'start', 'end', 'before'].flatMap((field) =>
      ['empty-range', 'future-range'].map((code) => [id, field, code] as const),
    ),
  ),
  // Every source has timeframes of its own.
  ['createJob', 'timeframe', 'unknown-timeframe'],
  ['createJob', 'source', 'unknown-timeframe'],
  ['loadCandles', 'timeframe', 'unknown-timeframe'],
  ['inspectCandles', 'timeframe', 'unknown-timeframe'],
  // Every table has columns and sources of its own, and a page of JSON one symbol.
  ['rows', 'source', 'unknown-source'],
  ['rows', 'columns', 'unknown-column'],
  ['rows', 'match', 'unknown-column'],
  // The process knows its markets.
  ['refreshUniverse', 'market', 'invalid-request'],
  ['rows', 'every', 'no-candles'],
  ['rows', 'symbol', 'invalid-request'],
  // A page of JSON is not a file.
  ['rows', 'file', 'invalid-request'],
  ['unfollow', 'purge', 'purge-unconfirmed'],
];

const SAMPLES = 4;
/** Of a field that takes any text, each request would do the same. */
const MOST_ALLOWED = 10;
const OTHERS = [null, 0, -1, 1.5, true, [], ['BTCUSDT'], {}, 1_738_368_000_000];

export function casesOf(operation: DocumentedOperation, document: OpenApi): Case[] {
  const parsers = new Map<Schema, ReturnType<typeof parser>>();
  const allows = (schema: Schema, value: unknown): boolean => {
    const known = parsers.get(schema) ?? parser(schema, document.components.schemas);
    parsers.set(schema, known);
    return known.safeParse(value).success;
  };
  const ofParameters = operation.parameters.flatMap((parameter) => {
    const { in: place, name, required, schema } = parameter;
    if (place === 'path') return [];
    const texts = textsFor(name, schema).filter((text) => place === 'query' || isHeader(text));
    const values = texts.map((value) => ({
      value,
      allowed: allows(schema, asValue(text(value), parameter)),
    }));
    const absent = place === 'query' ? [{ value: undefined, allowed: !required }] : [];
    return [...values, ...absent].map((one) => ({ operation, place, field: name, ...one }));
  });
  const { properties = {} } = (operation.body ?? {}) as { properties?: Record<string, Schema> };
  const good = GOOD[operation.operationId]?.body ?? {};
  const ofBody = Object.keys({ ...properties, stray: {} }).flatMap((name) => {
    const schema = properties[name] ?? {};
    const given = [...textsFor(name, schema), ...OTHERS, ...arraysFor(schema)];
    const values = operation.body ? [...given, undefined] : [];
    return values.map((value) => {
      const { [name]: _, ...rest } = good;
      const body = value === undefined ? rest : { ...rest, [name]: value };
      return {
        operation,
        place: 'body' as const,
        field: name,
        value,
        allowed: allows(operation.body!, body),
      };
    });
  });
  const allowed = new Map<string, number>();
  return [...ofParameters, ...ofBody].filter((one) => {
    const before = allowed.get(one.field) ?? 0;
    if (one.allowed) allowed.set(one.field, before + 1);
    return !one.allowed || before < MOST_ALLOWED;
  });
}

const text = (value: unknown): string => String(value);
const isHeader = (value: string): boolean => /^[\x20-\x7e]*$/.test(value);

/** The value that the text of a parameter stands for. */
const asValue = (given: string, { schema, in: place }: Parameter): unknown => {
  const whole = schema.type === 'integer' && /^-?\d+$/.test(given);
  // Blanks at the ends are not part of a header's value.
  return whole ? Number(given) : place === 'header' ? given.trim() : given;
};

function textsFor(name: string, schema: Schema): string[] {
  const { pattern, enum: words = [], minimum, maximum } = unnested(schema);
  const matching =
    typeof pattern === 'string'
      ? fc.sample(fc.stringMatching(new RegExp(pattern), { size: 'small' }), { numRuns: SAMPLES, seed: 1 })
      : [];
  const numbers = [minimum, maximum].flatMap((at) => (typeof at === 'number' ? [at - 1, at, at + 1] : []));
  const marked = ['x'.repeat(255), 'x'.repeat(256), ' 5 ', '0x10', '1e2', '+5'];
  const all = [...NASTY, ...(KNOWN[name] ?? []), ...matching, ...(words as unknown[]), ...numbers, ...marked];
  return [...new Set(all.map(String))];
}

const arraysFor = ({ items }: Schema): unknown[] =>
  items === undefined
    ? []
    : [
        ...textsFor('', items as Schema).map((word) => [word]),
        Array.from({ length: 1_001 }, () => 'BTCUSDT'),
      ];

/** The alternative of a schema that has one for text and one for something else. */
const unnested = (schema: Schema): Schema =>
  (schema.anyOf as Schema[] | undefined)?.find(({ type }) => type === 'string') ?? schema;

export function requestOf({ operation, place, field, value }: Case): { path: string; init: RequestInit } {
  const good = GOOD[operation.operationId] ?? {};
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => good.params?.[name] ?? name);
  const query = new URLSearchParams(good.query);
  if (place === 'query') {
    query.delete(field);
    if (value !== undefined) query.set(field, String(value));
  }
  const { [field]: _, ...rest } = good.body ?? {};
  const body = place !== 'body' ? good.body : value === undefined ? rest : { ...rest, [field]: value };
  return {
    path: query.size > 0 ? `${path}?${query}` : path,
    init: {
      method: operation.method,
      ...(place === 'header' && { headers: { [field]: String(value) } }),
      ...(operation.body && { body: JSON.stringify(body ?? {}) }),
    },
  };
}
