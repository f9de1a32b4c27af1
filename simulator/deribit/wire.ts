import type { VenueAnswer } from '../frame/module.ts';

/** A number that the venue keeps as a float: always with a point, with an exponent where that is shorter. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toString(): string {
    const [mantissa = '', exponent = ''] = this.value.toExponential().split('e');
    const short = `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${Number(exponent)}`;
    const plain = String(this.value);
    if (plain.includes('e')) return short;
    const long = plain.includes('.') ? plain : `${plain}.0`;
    return short.length < long.length ? short : long;
  }
}

export type Wire =
  | Float
  | string
  | number
  | boolean
  | null
  | readonly Wire[]
  | { readonly [key: string]: Wire | undefined };

/** Rounded to a number of decimals. */
export const float = (value: number, digits: number): Float => new Float(Number(value.toFixed(digits)) || 0);

/** JSON text; `JSON.stringify` would lose the difference between 1 and 1.0. */
export function write(value: Wire): string {
  if (value instanceof Float) return value.toString();
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value as { [key: string]: Wire | undefined });
  return `{${members.flatMap(([key, v]) => (v === undefined ? [] : [`${JSON.stringify(key)}:${write(v)}`])).join(',')}}`;
}

export class DeribitRefusal extends Error {
  readonly code: number;
  readonly status: number;
  readonly data: { readonly reason: string; readonly param: string } | undefined;

  constructor(message: string, code: number, status = 400, data?: { reason: string; param: string }) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

export const invalidParam = (param: string, reason: string): DeribitRefusal =>
  new DeribitRefusal('Invalid params', -32602, 400, { reason, param });

export const tooManyRequests = (): DeribitRefusal => new DeribitRefusal('too_many_requests', 10028, 429);

/** The duration that the venue reports, microseconds. */
const TOOK_US = 600;

/** The envelope: `id` only where the request has one. */
export function envelope(
  at: number,
  id: Wire | undefined,
  answer: { result: Wire } | DeribitRefusal,
): VenueAnswer {
  const refused = answer instanceof DeribitRefusal;
  const body: Wire = {
    jsonrpc: '2.0',
    id,
    ...(refused
      ? { error: { message: answer.message, data: answer.data, code: answer.code } }
      : { result: answer.result }),
    usIn: at * 1000,
    usOut: at * 1000 + TOOK_US,
    usDiff: TOOK_US,
    testnet: false,
  };
  return {
    status: refused ? answer.status : 200,
    headers: { 'content-type': 'application/json' },
    body: write(body),
  };
}
