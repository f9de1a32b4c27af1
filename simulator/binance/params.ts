import type { VenueRequest } from '../frame/module.ts';
import { BinanceRefusal, illegal, invalid, missing } from './errors.ts';

/** as a refusal prints it */
const SYMBOL = '^[A-Z0-9-_.]{1,20}$';
/** Names in Chinese are read too, percent-encoded as all of a query. */
const NAME = /^[A-Z0-9-_.\u0080-\uffff]{1,20}$/;
const NUMBER = '^[0-9]{1,20}$';
const DIGITS = new RegExp(NUMBER);

/** The query of one request, read as strictly as the venue reads it. */
export class Params {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws BinanceRefusal for a name that is sent twice, is not known to the route, or has no value */
  constructor(request: VenueRequest, known: readonly string[]) {
    const values = new Map<string, string>();
    for (const [name, value] of request.query) {
      if (values.has(name))
        throw new BinanceRefusal(-1101, `Duplicate values for parameter '${name}' detected.`);
      values.set(name, value);
    }
    const read = [...values.keys()].filter((name) => known.includes(name)).length;
    if (read < values.size) {
      throw new BinanceRefusal(
        -1104,
        `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${values.size}'.`,
      );
    }
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === '') throw new BinanceRefusal(-1105, `Parameter '${name}' was empty.`);
    return value;
  }

  need(name: string): string {
    const value = this.#values.get(name);
    if (!value) throw missing(name);
    return value;
  }

  /** @param name of the parameter: some routes take a pair */
  symbol(name: 'symbol' | 'pair' = 'symbol'): string {
    const symbol = this.need(name);
    if (!NAME.test(symbol)) throw illegal(name, SYMBOL);
    return symbol;
  }

  optionalSymbol(): string | undefined {
    return this.#values.has('symbol') ? this.symbol() : undefined;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!DIGITS.test(value)) throw illegal(name, NUMBER);
    return Number(value);
  }

  /** @param max more than this is refused; Infinity where the venue caps instead */
  limit(fallback: number, max: number): number {
    const limit = this.integer('limit') ?? fallback;
    if (limit < 1 || limit > max) throw invalid('limit');
    return limit;
  }
}
