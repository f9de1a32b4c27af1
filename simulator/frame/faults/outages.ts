/** A halt: no rows exist for it. `[start, end)`, epoch ms, whole minutes. */
export interface Outage {
  /** such as `spot`, `um`, or a module id; every market if absent */
  readonly market?: string;
  /** every symbol if absent */
  readonly symbol?: string;
  readonly start: number;
  readonly end: number;
}

/** Outages switched on while the simulator runs, besides the market's own halts. */
export class Outages {
  #list: Outage[] = [];
  /** grows with each change: part of the key of whatever is cached */
  version = 0;

  add(outage: Outage): void {
    if (!(outage.start < outage.end)) throw new RangeError('an outage ends after it starts');
    this.#list.push(outage);
    this.version += 1;
  }

  clear(): void {
    this.#list = [];
    this.version += 1;
  }

  list(): readonly Outage[] {
    return this.#list;
  }

  /** Those that touch `[start, end)` of a series. */
  touching(market: string, symbol: string, start: number, end: number): Outage[] {
    return this.#list.filter(
      (o) =>
        (o.market === undefined || o.market === market) &&
        (o.symbol === undefined || o.symbol === symbol) &&
        o.start < end &&
        o.end > start,
    );
  }
}
