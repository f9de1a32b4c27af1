import { concatBatches } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { ObjectFacts, Parsed, StreamParser } from '../../core/series/source.ts';
import type { Batch, TableSpec } from '../../core/series/table.ts';
import { normalize, type Range } from '../../core/time/range.ts';
import { HOUR } from '../../core/time/time.ts';
import { WholeLines } from '../csv/whole-lines.ts';
import { malformed } from '../rest/malformed.ts';
import { type ChainLayout, fieldEnd, fieldStart, readHeader, readStamp } from './chain-file.ts';
import { type LastQuotes, quotesAt } from './chain-quotes.ts';

const LF = 10;
const CR = 13;
const MICROS = 1_000;

/** Far more than a coin has options in a day. Without a bound a damaged file would fill the memory. */
const MOST_INSTRUMENTS = 20_000;
const LONGEST_LINE = 4_096;

/**
 * Thins a day of all quotes of all options to the chain of one coin at the end of each hour. What is held is the newest line of each
 * option, whatever the length of the file. An hour in which the file has no quote of the coin has no chain: older quotes are not
 * passed off as its own.
 */
export function chainCsvParser(table: TableSpec) {
  return (series: Series, _expected?: number, facts?: ObjectFacts): StreamParser =>
    new ChainCsv(table, series, facts?.period);
}

class ChainCsv implements StreamParser {
  readonly #table: TableSpec;
  readonly #series: Series;
  readonly #subject: string;
  readonly #period: Range | undefined;
  readonly #lines = new WholeLines();
  readonly #prefix: Uint8Array;
  readonly #last: LastQuotes = new Map();
  #layout: ChainLayout | undefined;
  #line = 0;
  /** the hour that is read, epoch ms; undefined before the first quote of the coin */
  #hour: number | undefined;

  constructor(table: TableSpec, series: Series, period: Range | undefined) {
    this.#table = table;
    this.#series = series;
    this.#subject = seriesLabel(series);
    this.#period = period;
    this.#prefix = new TextEncoder().encode(`${series.symbol}-`);
  }

  push(bytes: Uint8Array): Parsed | undefined {
    const pieces = this.#lines.push(bytes);
    if (!pieces) throw this.#wrong('is too long to be one');
    return this.#together(pieces.flatMap((piece) => this.#read(piece)));
  }

  end(): Parsed | undefined {
    const read = this.#read(this.#lines.end());
    if (!this.#layout && this.#period) throw malformed(this.#subject, 'the file is empty.');
    const last = this.#hour === undefined ? [] : [this.#chain(this.#hour)];
    return this.#together([...read, ...last]);
  }

  /** @returns the chains of the hours that ended */
  #read(piece: Uint8Array): Parsed[] {
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const done: Parsed[] = [];
    for (let from = 0; from < text.length; ) {
      const feed = text.indexOf(LF, from);
      const next = feed < 0 ? text.length : feed + 1;
      let to = feed < 0 ? text.length : feed;
      if (to > from && text[to - 1] === CR) to--;
      this.#line++;
      if (to > from) {
        if (this.#layout) this.#row(text, from, to, done);
        else this.#layout = readHeader(text.toString('latin1', from, to), this.#subject);
      }
      from = next;
    }
    return done;
  }

  #row(text: Buffer, from: number, to: number, done: Parsed[]): void {
    const { at } = this.#layout!;
    const name = fieldStart(text, from, to, at.symbol);
    if (name < 0) throw this.#wrong('has no symbol');
    for (const [i, byte] of this.#prefix.entries()) if (text[name + i] !== byte) return;
    const stampFrom = fieldStart(text, from, to, at.local_timestamp);
    const stamp = stampFrom < 0 ? Number.NaN : readStamp(text, stampFrom, fieldEnd(text, stampFrom, to));
    if (Number.isNaN(stamp)) throw this.#wrong('has no local_timestamp in microseconds');
    const hour = Math.floor(stamp / (HOUR * MICROS)) * HOUR;
    if (this.#period && !(hour >= this.#period.start && hour < this.#period.end)) {
      throw this.#wrong('is of another day');
    }
    // Files are in the order of this stamp.
    if (hour < (this.#hour ?? hour)) throw this.#wrong('is older than an hour before it');
    if (this.#hour !== undefined && hour > this.#hour) done.push(this.#chain(this.#hour));
    this.#hour = hour;
    this.#keep(text.toString('latin1', name, fieldEnd(text, name, to)), text, from, to, stamp);
  }

  /** A copy of the line, in memory that is used again. */
  #keep(name: string, text: Buffer, from: number, to: number, stamp: number): void {
    const length = to - from;
    if (length > LONGEST_LINE) throw this.#wrong('is too long to be one');
    let slot = this.#last.get(name);
    if (!slot) {
      if (this.#last.size === MOST_INSTRUMENTS)
        throw this.#wrong(`is of one option more than ${MOST_INSTRUMENTS}`);
      slot = { bytes: Buffer.allocUnsafeSlow(2 * length), length: 0, stamp: 0 };
      this.#last.set(name, slot);
    }
    // Where two lines are of one option, the one that arrived later counts.
    if (stamp < slot.stamp) return;
    if (length > slot.bytes.length) slot.bytes = Buffer.allocUnsafeSlow(2 * length);
    text.copy(slot.bytes, 0, from, to);
    slot.length = length;
    slot.stamp = stamp;
  }

  #chain(hour: number): Parsed {
    const { batch, findings } = quotesAt(this.#table, this.#series, this.#last, this.#layout!, hour);
    return { batch, findings, answered: [{ start: hour, end: hour + HOUR }] };
  }

  #together(chains: readonly Parsed[]): Parsed | undefined {
    if (chains.length <= 1) return chains[0];
    const batch: Batch = concatBatches(
      this.#table,
      chains.map((one) => one.batch),
    );
    const findings = chains.flatMap((one) => one.findings);
    return { batch, findings, answered: normalize(chains.flatMap(({ answered = [] }) => answered)) };
  }

  #wrong(why: string) {
    return malformed(this.#subject, `line ${this.#line} of the CSV ${why}.`);
  }
}
