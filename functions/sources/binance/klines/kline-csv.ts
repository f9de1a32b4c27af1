import { releaseNumbers } from '../../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Parsed, StreamParser } from '../../../core/series/source.ts';
import { floorTo } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { DecimalReader } from '../../csv/decimal.ts';
import { WholeLines } from '../../csv/whole-lines.ts';
import { BadCells } from '../../rest/bad-cells.ts';
import { malformed } from '../../rest/malformed.ts';
import { CandleRows } from './candle-rows.ts';
import {
  emptyBatch,
  isCount,
  isOpenTime,
  KLINE_FIELDS,
  KLINE_NAMES,
  KlineRows,
  TRADES,
  toMillis,
} from './kline-rows.ts';

const COMMA = 44;
const LF = 10;
const CR = 13;
/** How a header begins, where there is one. */
const HEADER = new TextEncoder().encode('open_time,');

/** A day of seconds and a month of minutes each fit one batch, so a repeated row is in the same batch as its first one. */
const BATCH_ROWS = 90_000;

/** Lines that are read one by one where that is what the file needs; trying costs as much as some hundred of them. */
const MOST_PATIENCE = 1024;

let shared: CandleRows | undefined;
/** One for all files: it keeps nothing from one call to the next. */
const candleRows = (): CandleRows => (shared ??= new CandleRows());

/**
 * Reads an archive's CSV of candles: with a header or without, milliseconds or microseconds, LF or CRLF. Numbers go from
 * bytes to typed arrays without a string in between. A candle with an unreadable cell is left out and reported with the end of
 * the file; a line that is not a candle at all damages the file.
 */
export function klineCsvParser(series: Series, expected?: number): StreamParser {
  const lines = new WholeLines();
  const rows = new KlineRows(series, expected && Math.min(expected, BATCH_ROWS));
  const decimal = new DecimalReader();
  const bad = new BadCells(seriesLabel(series), stepOf(series.timeframe));
  const many = candleRows();
  let line = 0;
  let readable = 0;
  /** Lines to read one by one before many are tried at once: a file may have nothing but lines that are not read so. */
  let oneByOne = 0;
  let patience = 1;

  const wrong = (why: string) => malformed(seriesLabel(series), `line ${line} of the CSV ${why}.`);

  function parse(bytes: Uint8Array): void {
    const to = bytes.length;
    for (let at = 0; at < to; ) {
      if (oneByOne === 0) at = plainRows(bytes, at);
      else oneByOne--;
      if (at === to) return;
      line++;
      const first = bytes[at]!;
      if (first === LF || first === CR) at = bytes[at + 1] === LF && first === CR ? at + 2 : at + 1;
      else if (line === 1 && first === HEADER[0]) at = header(bytes, at);
      else at = row(bytes, at, to);
    }
  }

  /** @returns index of the line after */
  function header(bytes: Uint8Array, from: number): number {
    if (HEADER.some((byte, i) => bytes[from + i] !== byte)) throw wrong('is neither a candle nor a header');
    return bytes.indexOf(LF, from) + 1 || bytes.length;
  }

  /** Reads what it can of the candles from `at` on. @returns index of the first line that is left */
  function plainRows(bytes: Uint8Array, from: number): number {
    let at = from;
    let count = 0;
    do {
      count = many.read(bytes, at);
      if (count === 0) break;
      rows.reserve(count);
      many.copyTo(rows.fields, rows.length, count);
      rows.length += count;
      line += count;
      readable += count;
      at += many.bytesRead;
    } while (at < bytes.length);
    patience = at > from ? 1 : Math.min(2 * patience, MOST_PATIENCE);
    oneByOne = patience - 1;
    return at;
  }

  /** @returns index of the line after */
  function row(bytes: Uint8Array, from: number, to: number): number {
    rows.reserve();
    const { fields, length } = rows;
    let at = from;
    let unread = 0;
    let cell: Cell | undefined;
    for (let f = 0; f < KLINE_FIELDS; f++) {
      const value = decimal.read(bytes, at, to);
      if (!reads(f, value)) {
        unread++;
        cell ??= { field: f, from: at, to: decimal.end };
      }
      fields[f]![length] = value;
      at = decimal.end;
      if (bytes[at] === COMMA) at++;
      else if (f < KLINE_FIELDS - 1) throw wrong(`ends after ${f + 1} of ${KLINE_FIELDS} fields`);
    }
    if (cell) noteUnread(bytes, cell, unread);
    else {
      rows.length++;
      readable++;
    }
    while (at < to && bytes[at] !== LF) at++;
    return at + 1;
  }

  /** The row stays out of the batch: the next one takes its place. */
  function noteUnread(bytes: Uint8Array, { field, from, to }: Cell, cells: number): void {
    if (cells === KLINE_FIELDS) throw wrong('is not a candle');
    const open = rows.fields[0]![rows.length]!;
    const time = isOpenTime(open) ? floorTo(toMillis(open), stepOf(series.timeframe)) : undefined;
    const value = new TextDecoder().decode(bytes.subarray(from, to));
    bad.note(time, KLINE_NAMES[field]!, value, { line, column: field + 1 });
  }

  return {
    push(bytes: Uint8Array): Parsed | undefined {
      const pieces = lines.push(bytes);
      if (!pieces) throw wrong('is too long to be one');
      for (const piece of pieces) parse(piece);
      return rows.length >= BATCH_ROWS ? releasable(rows.take()) : undefined;
    },
    end(): Parsed | undefined {
      parse(lines.end());
      const findings = bad.findings(readable);
      const last = releasable(rows.take());
      if (findings.length === 0) return last;
      return { batch: last?.batch ?? emptyBatch(series), findings: [...findings, ...(last?.findings ?? [])] };
    },
  };
}

/** The parser keeps nothing of what it took: the next rows get arrays of their own. */
function releasable(parsed: Parsed | undefined): Parsed | undefined {
  if (!parsed) return undefined;
  const { batch } = parsed;
  return { ...parsed, batch: { ...batch, release: () => releaseNumbers([batch.times, ...batch.columns]) } };
}

interface Cell {
  readonly field: number;
  /** its bytes */
  readonly from: number;
  readonly to: number;
}

const reads = (field: number, value: number): boolean => {
  if (field === 0) return isOpenTime(value);
  return field === TRADES ? isCount(value) : !Number.isNaN(value);
};
