import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { type Period, periodAt } from '../../../functions/core/time/period.ts';
import type { Range, RangeSet } from '../../../functions/core/time/range.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { STATISTICS } from '../../../functions/sources/binance/metrics/statistics.ts';
import type { Market, Place, VenueFault } from '../../faults/fault.ts';
import { duesOf, keyOf, type Listed } from '../market/book.ts';
import { type FileState, lifeAt, type Row, type Rowset, SLOT, timesOf } from '../market/content.ts';
import { fundingSet } from '../wire/funding.ts';
import type { Stock } from '../wire/klines.ts';
import { daysWith, HISTORY, metricsSet, ROUTES, wallAt } from '../wire/metrics.ts';
import { type About, isOneOf, linesOf, rowsOf, type Stored, type TrueRows } from './true-lines.ts';

/** A stretch of time in which a place gives out one edition of a row. */
export interface Serving extends Range {
  readonly place: Place;
  readonly edition: number;
  /** false: one of its cells cannot be parsed there, so nobody can have the row from it */
  readonly readable: boolean;
  /** of the time after the symbol's end, without trade */
  readonly frozen: boolean;
  /** the path of its file; absent of the API */
  readonly object?: string;
}

const MARKETS: Readonly<Record<string, Market>> = { klines_spot: 'spot', klines_perp: 'um' };

/** What the venue publishes of each row, where, and from when to when: nothing of it passes through the code under test. */
export class VenueTruth {
  readonly #stock: Stock;
  readonly #courses = new Map<string, Course>();
  #last: Last = { label: '', faults: [], servings: new Map() };
  #lastAbout: LastAbout = { series: undefined, book: undefined, about: undefined };
  #lastFile: Partial<Record<'day' | 'month', { set: Rowset; start: number; course: Course }>> = {};
  /** the faults that the courses follow from */
  #known: readonly VenueFault[] = [];

  constructor(stock: Stock) {
    this.#stock = stock;
  }

  /** undefined: the venue has no such series, or none that lasts */
  about(series: Series): About | undefined {
    const { book } = this.#stock.content;
    // Mostly it is the series of the call before.
    if (this.#lastAbout.series !== series || this.#lastAbout.book !== book)
      this.#lastAbout = { series, book, about: this.#about(series) };
    return this.#lastAbout.about;
  }

  #about({ source, symbol, timeframe }: Series): About | undefined {
    const listed = this.#stock.content.book.get(keyOf({ market: MARKETS[source] ?? 'um', symbol }));
    if (!listed) return undefined;
    const every = stepOf(timeframe);
    if (source in MARKETS) return { set: { listed, dataset: 'klines', step: every }, every };
    if (source === 'funding_binance') return { set: fundingSet(listed), every };
    const statistic = STATISTICS.find(({ id }) => id === source);
    return statistic && { set: metricsSet(listed), every, route: statistic.route };
  }

  /** When the symbol was traded. */
  traded(series: Series): RangeSet {
    return this.about(series)?.set.listed.lives.map(({ start, end }) => ({ start, end })) ?? [];
  }

  /** Instants of a range at which the venue ever has a row of the series, readable or not. */
  times(series: Series, range: Range): number[] {
    const about = this.about(series);
    if (!about) return [];
    const { set, every } = about;
    return [...timesOf(set, range)].filter((t) => t % every === 0 && this.servings(series, t).length > 0);
  }

  /** Where a row is available, from when to when, the earliest first; the future as far as it is decided. */
  servings(series: Series, t: number): readonly Serving[] {
    const known = this.#servingsOf(series);
    const before = known.get(t);
    if (before) return before;
    const made = this.#servings(series, t);
    known.set(t, made);
    return made;
  }

  /** What is known of the series that was last looked at: one is judged after another, and each of its rows several times. */
  #servingsOf(series: Series): Map<number, readonly Serving[]> {
    const label = seriesLabel(series);
    const { faults } = this.#stock.content;
    if (this.#last.label !== label || this.#last.faults !== faults)
      this.#last = { label, faults, servings: new Map() };
    return this.#last.servings;
  }

  #servings(series: Series, t: number): readonly Serving[] {
    const about = this.about(series);
    if (!about || t % about.every !== 0) return [];
    const [there] = timesOf(about.set, { start: t, end: t + 1 });
    if (there !== t) return [];
    const changes = this.#stock.content.changes(about.set, t);
    const all = this.#answered(about, t, changes);
    this.#addFiles(about, t, changes, all);
    return all.sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** A row as `canonicalLine` writes it, as a place has it in an edition. */
  lines(series: Series, t: number, serving: Edition): string[] {
    const about = this.about(series);
    return about ? linesOf(this.#rows(series, about, t, serving)) : [];
  }

  /** Whether a place has this very row in an edition. */
  has(series: Series, t: number, serving: Edition, stored: Stored): boolean {
    const about = this.about(series);
    return about !== undefined && isOneOf(this.#rows(series, about, t, serving), stored);
  }

  #rows(series: Series, about: About, t: number, { place, edition, frozen }: Edition): TrueRows {
    const { listed } = about.set;
    // As the venue has it: a candle may begin before the life that its rows are of.
    const life =
      lifeAt(listed, about.set.dataset, about.set.step, t) ??
      listed.lives.findLast(({ start }) => start <= t) ??
      listed.lives[0]!;
    const row: Row = { of: { listed, contract: life.contract }, edition, frozen, bad: [] };
    const labels = about.route
      ? daysWith(listed, this.#stock.content.faults, t).map(({ label }) => label)
      : [];
    return rowsOf(this.#stock, series, about, { t, place, row, labels });
  }

  /** The interval that the file of a month has of a settlement now, and since when; undefined: there is no such file, or not this row in it. */
  filedInterval(series: Series, t: number, now: number): { hours: number; since: number } | undefined {
    const about = this.about(series);
    const file = this.servings(series, t).find(
      ({ place, readable, frozen, start, end }) =>
        place === 'month' && readable && !frozen && start <= now && now < end,
    );
    if (!about || !file) return undefined;
    const [due] = duesOf(about.set.listed, { start: t, end: t + 1 });
    return due && { hours: due.hours, since: file.start };
  }

  #answered(about: About, t: number, changes: readonly number[]): Serving[] {
    const { set, route } = about;
    const { content } = this.#stock;
    const volume = route !== undefined && ROUTES[route]!.isVolume;
    const stamp = volume ? t - SLOT : t;
    const more: number[] = [];
    if (set.dataset === 'klines') more.push(t + set.step);
    if (route) {
      more.push(stamp + HISTORY);
      for (const fault of content.faults)
        if (fault.kind === 'rest-reach') more.push(fault.at, fault.until, stamp + fault.reachMs);
    }
    const all: Serving[] = [];
    addServings(all, [...changes, ...more], (now) => {
      if (route && stamp <= wallAt(content.faults, now)) return undefined;
      // The running candle is there already, but it is not that row yet.
      if (set.dataset === 'klines' && t + set.step > now) return undefined;
      const row = content.row(set, 'rest', t, now);
      return row && { ...this.#facts(about, row), place: 'rest' as const };
    });
    return all;
  }

  #addFiles(about: About, t: number, changes: readonly number[], all: Serving[]): void {
    const { set, route } = about;
    const { content } = this.#stock;
    const { listed, dataset } = set;
    const add = (unit: 'day' | 'month', period: Period): void => {
      const { at, stateAt } = this.#file(about, unit, period);
      addServings(all, [...at, ...changes], (now) => {
        const file = stateAt(now);
        if (!file || file.damage) return undefined;
        const row = content.row(set, unit, t, now);
        return row && { ...this.#facts(about, row), place: unit, object: period.name };
      });
    };
    if (dataset !== 'metrics') add('month', periodAt('month', t));
    if (dataset === 'klines') add('day', periodAt('day', t));
    if (route) for (const { day } of daysWith(listed, content.faults, t)) add('day', periodAt('day', day));
  }

  /** What becomes of a file, for all of its rows at once. */
  #file({ set }: About, unit: 'day' | 'month', period: Period): Course {
    const { content } = this.#stock;
    if (this.#known !== content.faults) {
      this.#known = content.faults;
      this.#courses.clear();
      this.#lastFile = {};
    }
    // One row after the other mostly lies in the same files.
    const last = this.#lastFile[unit];
    if (last?.set === set && last.start === period.start) return last.course;
    const key = `${keyOf(set.listed)} ${set.dataset} ${set.step} ${unit} ${period.name}`;
    const course = this.#courses.get(key) ?? this.#courseOf(set, unit, period);
    this.#courses.set(key, course);
    this.#lastFile[unit] = { set, start: period.start, course };
    return course;
  }

  #courseOf(set: Rowset, unit: 'day' | 'month', period: Period): Course {
    const { content } = this.#stock;
    const at = [...new Set(content.fileChanges(set, unit, period))].sort((a, b) => a - b);
    const states = at.map((now) => content.file(set, unit, period, now));
    return { at, stateAt: (now) => states[at.findLastIndex((one) => one <= now)] };
  }

  #facts(
    { set, route }: About,
    { edition, frozen, bad }: Row,
  ): Pick<Serving, 'edition' | 'frozen' | 'readable'> {
    const own = route ? ROUTES[route]!.columns : undefined;
    const readable =
      set.dataset === 'klines' ? bad.length === 0 : !bad.some((column) => !own || own.includes(column));
    return { edition, frozen, readable };
  }
}

/** A row as a place has it. */
type Edition = Pick<Serving, 'place' | 'edition' | 'frozen'>;

/** The series that was looked up last. */
interface LastAbout {
  readonly series: Series | undefined;
  readonly book: ReadonlyMap<string, Listed> | undefined;
  readonly about: About | undefined;
}

/** The series that was last looked at. */
interface Last {
  readonly label: string;
  /** that the servings follow from */
  readonly faults: readonly VenueFault[];
  /** by the time of their row */
  readonly servings: Map<number, readonly Serving[]>;
}

/** A file's states, each from an instant on. */
interface Course {
  /** ascending */
  readonly at: readonly number[];
  readonly stateAt: (now: number) => FileState | undefined;
}

type State = Omit<Serving, 'start' | 'end'>;

/** Adds those of a place. @param at instants at which its state may change, which are put in order */
function addServings(out: Serving[], at: number[], stateAt: (now: number) => State | undefined): void {
  at.sort((a, b) => a - b);
  const first = out.length;
  for (let i = 0; i < at.length; i++) {
    const start = at[i]!;
    if (start === at[i + 1] || !Number.isFinite(start)) continue;
    const state = stateAt(start);
    if (!state) continue;
    const next = at[i + 1];
    const end = next !== undefined && Number.isFinite(next) ? next : Number.POSITIVE_INFINITY;
    const last = out.length > first ? out.at(-1) : undefined;
    const same =
      last && last.end === start && last.edition === state.edition && last.readable === state.readable;
    if (same) out[out.length - 1] = { ...last, end };
    else out.push({ ...state, start, end });
  }
}
