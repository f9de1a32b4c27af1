import { queryOf } from '../frame/answer.ts';
import type { VenueRequest } from '../frame/module.ts';
import { bad, FredRefusal } from './refusals.ts';
import { centralDay, FOR_EVER } from './vintages.ts';

const EARLIEST_REALTIME = '1776-07-04';
const EARLIEST_OBSERVATION = '1600-01-01';

export interface Realtime {
  readonly realtime_start: string;
  readonly realtime_end: string;
}

export interface Window extends Realtime {
  readonly observation_start: string;
  readonly observation_end: string;
  readonly sort_order: string;
  readonly offset: number;
  readonly limit: number;
}

/** Unsupported variables are refused, never answered wrongly. */
const NOT_SIMULATED: Readonly<Record<string, string>> = { units: 'lin', output_type: '1' };
const NEVER_SIMULATED = ['frequency', 'aggregation_method', 'vintage_dates'];

export class Params {
  readonly #values: ReadonlyMap<string, string>;
  readonly #today: string;

  constructor(request: VenueRequest) {
    this.#values = queryOf(request);
    this.#today = centralDay(request.at);
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  isJson(): boolean {
    return this.text('file_type') === 'json';
  }

  checkFileType(): void {
    const type = this.text('file_type') ?? 'xml';
    if (type !== 'xml' && type !== 'json')
      throw bad("Variable file_type is not one of the values: 'xml', 'json'.");
  }

  /** Today by default. With one bound, the other is the beginning or the end of time. */
  realtime(): Realtime {
    const start = this.#day('realtime_start');
    const end = this.#day('realtime_end');
    const realtime_start = start ?? (end === undefined ? this.#today : EARLIEST_REALTIME);
    const realtime_end = end ?? (start === undefined ? this.#today : FOR_EVER);
    if (realtime_start > this.#today) {
      throw bad(`Variable realtime_start can not be after today's date (${this.#today}).`);
    }
    if (realtime_end > this.#today && realtime_end !== FOR_EVER) {
      throw bad(
        `Variable realtime_end can not be after today's date (${this.#today}) unless it's equal to the real-time max date ${FOR_EVER}.`,
      );
    }
    if (realtime_start < EARLIEST_REALTIME)
      throw bad(`Variable realtime_start can not be before ${EARLIEST_REALTIME}.`);
    if (realtime_start > realtime_end) throw bad('Variable realtime_start can not be after realtime_end.');
    return { realtime_start, realtime_end };
  }

  window(): Window {
    for (const [name, only] of Object.entries(NOT_SIMULATED)) {
      if ((this.text(name) ?? only) !== only) throw notSimulated(name);
    }
    for (const name of NEVER_SIMULATED) if (this.text(name)) throw notSimulated(name);
    const observation_start = this.#day('observation_start') ?? EARLIEST_OBSERVATION;
    const observation_end = this.#day('observation_end') ?? FOR_EVER;
    if (observation_start > observation_end) {
      throw bad('Variable observation_start can not be after observation_end.');
    }
    const sort_order = this.text('sort_order') ?? 'asc';
    if (sort_order !== 'asc' && sort_order !== 'desc')
      throw bad("Variable sort_order is not one of the values: 'asc', 'desc'.");
    const limit = this.#integer('limit', 100_000);
    if (limit < 1 || limit > 100_000) throw bad('Variable limit is not between 1 and 100000.');
    const offset = this.#integer('offset', 0);
    if (offset < 0) throw bad('Variable offset is not a non-negative integer.');
    return { ...this.realtime(), observation_start, observation_end, sort_order, offset, limit };
  }

  #integer(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (!/^-?\d+$/.test(value)) throw bad(`Variable ${name} is not an integer.`);
    return Number(value);
  }

  #day(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const at = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value) {
      throw bad(`Variable ${name} is not a valid date in YYYY-MM-DD format.`);
    }
    return value;
  }
}

const notSimulated = (name: string): FredRefusal =>
  new FredRefusal(`This simulator does not support variable ${name}.`, 501);
