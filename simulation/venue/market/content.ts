import { type Period, periodAt, periodsIn } from '../../../functions/core/time/period.ts';
import { intersect, normalize, type Range, subtract } from '../../../functions/core/time/range.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { publishedAt } from '../../../simulator/binance-archive/publication.ts';
import {
  type Damage,
  type Dataset,
  type FaultOf,
  ofKind,
  type Place,
  type VenueFault,
} from '../../faults/fault.ts';
import { type BaseSymbol, bookOf, duesOf, type Listed } from './book.ts';
import type { Of } from './values.ts';

/** Readings of positions come every five minutes. */
export const SLOT = 5 * MINUTE;

/** The rows of a data set: of candles, those of one step. */
export interface Rowset {
  readonly listed: Listed;
  readonly dataset: Dataset;
  /** ms; of readings and settlements the length of a slot */
  readonly step: number;
}

/** A row as a place has it at an instant. */
export interface Row {
  readonly of: Of;
  readonly edition: number;
  /** of the time after the symbol's end */
  readonly frozen: boolean;
  /** numbers of columns that cannot be parsed, from 0 as its file has them */
  readonly bad: readonly number[];
}

/** A file as it is published at an instant. */
export interface FileState {
  readonly publishedAt: number;
  /** of its present edition */
  readonly modified: number;
  /** how often it was republished with the same rows */
  readonly renewed: number;
  readonly damage?: Damage;
}

interface Rules {
  readonly holes: readonly FaultOf<'hole'>[];
  readonly archiveHoles: readonly FaultOf<'archive-hole'>[];
  readonly restated: readonly FaultOf<'restated'>[];
  readonly bad: readonly FaultOf<'bad-cell'>[];
  readonly damaged: readonly FaultOf<'damaged-file'>[];
  readonly late: readonly FaultOf<'late-file'>[];
  readonly republished: readonly FaultOf<'republished'>[];
  readonly stops: readonly FaultOf<'publication-stop'>[];
  readonly lags: readonly FaultOf<'rest-lag'>[];
}

/** What the venue has, where, and since when. Wire and record both follow it, so that they cannot differ. */
export class Content {
  readonly #base: readonly BaseSymbol[];
  #rules = new WeakMap<Listed, Map<Dataset, Rules>>();
  #book: ReadonlyMap<string, Listed>;
  #faults: readonly VenueFault[];

  constructor(base: readonly BaseSymbol[], faults: readonly VenueFault[]) {
    this.#base = base;
    this.#faults = faults;
    this.#book = bookOf(base, faults);
  }

  get faults(): readonly VenueFault[] {
    return this.#faults;
  }

  /** By market and symbol. */
  get book(): ReadonlyMap<string, Listed> {
    return this.#book;
  }

  add(fault: VenueFault): void {
    this.#faults = [...this.#faults, fault];
    this.#book = bookOf(this.#base, this.#faults);
    this.#rules = new WeakMap();
  }

  /** The row of a step or an instant, whether or not its file is out; undefined: the place has none at this time. */
  row({ listed, dataset, step }: Rowset, place: Place, t: number, now: number): Row | undefined {
    const rules = this.rules(listed, dataset);
    const life = lifeAt(listed, dataset, step, t);
    const frozen = !life && isFrozen(listed, dataset, t);
    if (!life && !(frozen && place !== 'rest')) return undefined;
    if (place === 'rest' && !this.#answered(listed, rules, dataset, step, t, now)) return undefined;
    if (rules.holes.length > 0 && isHole(listed, rules, dataset, step, t, now)) return undefined;
    if (place !== 'rest' && rules.archiveHoles.some(({ span }) => span.start <= t && t < span.end))
      return undefined;
    let edition = 0;
    for (const { at, span, where } of rules.restated) {
      if (at <= now && span.start <= t && t < span.end && isThere(where, place)) edition += 1;
    }
    const contract = life?.contract ?? listed.lives.at(-1)!.contract;
    return { of: { listed, contract }, edition, frozen, bad: badAt(rules, place, t) };
  }

  /** Instants at which `row` may change for a step. */
  changes({ listed, dataset, step }: Rowset, t: number): number[] {
    const { holes, restated, lags } = this.rules(listed, dataset);
    const end = t + restLength(dataset, step);
    const out = [dataset === 'klines' ? t : end];
    for (const at of listed.reusedAt) if (t < at) out.push(at);
    if (listed.forgottenAt !== Number.POSITIVE_INFINITY) out.push(listed.forgottenAt);
    for (const { filledAt, span } of holes) {
      if (filledAt !== undefined && span.start < t + step && t < span.end) out.push(filledAt);
    }
    for (const { at, span } of restated) if (span.start <= t && t < span.end) out.push(at);
    for (const { at, until, lagMs } of lags)
      if (end < until && at < end + lagMs) out.push(at, until, end + lagMs);
    return out;
  }

  /** A file's state; undefined: it is not out yet, or there is none. */
  file(set: Rowset, unit: 'day' | 'month', period: Period, now: number): FileState | undefined {
    const { listed, dataset } = set;
    const rules = this.rules(listed, dataset);
    const first = this.publishedAt(set, unit, period);
    if (first > now || !this.#hasRows(set, unit, period, now)) return undefined;
    const inside = ({ start, end }: Range): boolean => start < period.end + SLOT && end > period.start;
    const about = rules.republished.filter(
      (one) => one.unit === unit && one.period.start === period.start && one.at <= now,
    );
    const damages = rules.damaged.filter(
      (one) => one.unit === unit && one.period.start === period.start && one.at <= now,
    );
    const edits = [
      ...about.map(({ at }) => at),
      ...rules.restated.filter(({ span, where }) => inside(span) && where !== 'rest').map(({ at }) => at),
      ...rules.holes.filter(({ span }) => inside(span)).flatMap(({ filledAt }) => filledAt ?? []),
      ...damages.flatMap(({ at, until }) => [at, until]),
    ].filter((at) => at <= now);
    const damage = damages.find(({ until }) => now < until);
    return {
      publishedAt: first,
      modified: Math.max(first, ...edits),
      renewed: about.filter(({ at }) => at > first).length,
      ...(damage && { damage: damage.how }),
    };
  }

  /** Instants at which `file` may change. */
  fileChanges(set: Rowset, unit: 'day' | 'month', period: Period): number[] {
    const { damaged, holes } = this.rules(set.listed, set.dataset);
    const first = this.publishedAt(set, unit, period);
    return [
      first,
      ...damaged.flatMap(({ at, until }) => [at, until]),
      ...holes.flatMap(({ filledAt }) => filledAt ?? []),
    ].filter((at) => at >= first);
  }

  /** When it comes out, as the venue's delays have it; epoch ms. */
  publishedAt({ listed, dataset }: Rowset, unit: 'day' | 'month', period: Period): number {
    const { late, stops } = this.rules(listed, dataset);
    const { symbol } = listed;
    let at = publishedAt({ unit, period, symbol });
    for (const one of late) if (one.unit === unit && one.period.start === period.start) at += one.delayMs;
    const stop = stops.find((one) => one.at <= at && at < one.until);
    return stop ? stop.until : at;
  }

  /** Periods of which the archive has a file at an instant, in order. */
  files(set: Rowset, unit: 'day' | 'month', now: number): Period[] {
    const { lives, frozenUntil } = set.listed;
    const end = Math.min(Math.max(lives.at(-1)!.end, frozenUntil ?? 0), periodAt(unit, now).start);
    if (end <= lives[0]!.start) return [];
    return periodsIn(unit, { start: lives[0]!.start, end }).filter((period) =>
      this.file(set, unit, period, now),
    );
  }

  rules(listed: Listed, dataset: Dataset): Rules {
    const known = this.#rules.get(listed) ?? new Map<Dataset, Rules>();
    this.#rules.set(listed, known);
    let rules = known.get(dataset);
    if (!rules) {
      const mine = this.#faults.filter(
        (fault) =>
          'dataset' in fault &&
          fault.dataset === dataset &&
          fault.market === listed.market &&
          (!('symbol' in fault) || fault.symbol === listed.symbol),
      );
      rules = {
        holes: ofKind(mine, 'hole'),
        archiveHoles: ofKind(mine, 'archive-hole'),
        restated: ofKind(mine, 'restated'),
        bad: ofKind(mine, 'bad-cell'),
        damaged: ofKind(mine, 'damaged-file'),
        late: ofKind(mine, 'late-file'),
        republished: ofKind(mine, 'republished'),
        stops: ofKind(mine, 'publication-stop'),
        lags: ofKind(mine, 'rest-lag'),
      };
      known.set(dataset, rules);
    }
    return rules;
  }

  #answered(
    { reusedAt, forgottenAt }: Listed,
    { lags }: Rules,
    dataset: Dataset,
    step: number,
    t: number,
    now: number,
  ): boolean {
    // A candle is there from its opening on, unfinished; what is about an instant when that is over.
    const end = t + restLength(dataset, step);
    if ((dataset === 'klines' ? t : end) > now || now >= forgottenAt) return false;
    if (reusedAt.some((at) => t < at && at <= now)) return false;
    return !lags.some(({ at, until, lagMs }) => at <= now && now < until && end > now - lagMs);
  }

  #hasRows(set: Rowset, unit: 'day' | 'month', period: Period, now: number): boolean {
    const { lives, frozenUntil = 0 } = set.listed;
    if (period.end + SLOT <= lives[0]!.start || period.start >= Math.max(lives.at(-1)!.end, frozenUntil))
      return false;
    for (const t of timesOf(set, reachOf(set.dataset, period))) if (this.row(set, unit, t, now)) return true;
    return false;
  }
}

/** What a file of a period holds: readings stand at the ends of their slots. */
export const reachOf = (dataset: Dataset, { start, end }: Range): Range =>
  dataset === 'metrics' ? { start: start + SLOT, end: end + SLOT } : { start, end };

/** Steps or instants of a range at which there may be a row. */
export function* timesOf({ listed, dataset, step }: Rowset, range: Range): Generator<number> {
  if (dataset === 'funding') {
    for (const { at } of duesOf(listed, range)) yield at;
    for (const at of frozenDues(listed, range)) yield at;
    return;
  }
  for (let t = Math.ceil(range.start / step) * step; t < range.end; t += step) yield t;
}

const FROZEN_HOURS = 8;
/** Between two settlements of the time after the end; hours. */
export const frozenHours = FROZEN_HOURS;

function frozenDues({ lives, frozenUntil }: Listed, { start, end }: Range): number[] {
  const every = FROZEN_HOURS * 60 * MINUTE;
  const from = lives.at(-1)!.end;
  if (frozenUntil === undefined) return [];
  const out: number[] = [];
  const first = Math.ceil(Math.max(start, from) / every) * every;
  for (let at = first; at < Math.min(end, frozenUntil); at += every) out.push(at);
  return out;
}

const restLength = (dataset: Dataset, step: number): number => (dataset === 'klines' ? step : 0);

export function lifeAt({ lives }: Listed, dataset: Dataset, step: number, t: number) {
  if (dataset === 'klines') return lives.find(({ start, end }) => start < t + step && t < end);
  const wait = dataset === 'metrics' ? SLOT : 0;
  return lives.find(({ start, end }) => start + wait <= t && t < end);
}

const isFrozen = ({ lives, frozenUntil }: Listed, dataset: Dataset, t: number): boolean =>
  frozenUntil !== undefined && dataset !== 'metrics' && lives.at(-1)!.end <= t && t < frozenUntil;

/** Whether none of what a step is made of was recorded. */
function isHole(
  { lives }: Listed,
  { holes }: Rules,
  dataset: Dataset,
  step: number,
  t: number,
  now: number,
): boolean {
  const end = dataset === 'klines' ? t + step : t + 1;
  const lost = holes.filter(
    ({ at, filledAt = Number.POSITIVE_INFINITY, span }) =>
      at <= now && now < filledAt && span.start < end && span.end > t,
  );
  if (lost.length === 0) return false;
  if (dataset !== 'klines' || step === MINUTE) return true;
  const open = intersect(normalize([{ start: t, end }]), lives);
  return subtract(open, normalize(lost.map(({ span }) => span))).length === 0;
}

const isThere = (where: 'everywhere' | 'archive' | 'rest', place: Place): boolean =>
  where === 'everywhere' || (where === 'rest') === (place === 'rest');

function badAt({ bad }: Rules, place: Place, t: number): readonly number[] {
  if (bad.length === 0) return [];
  return bad.filter(({ time, where }) => time === t && isThere(where, place)).map(({ column }) => column);
}
