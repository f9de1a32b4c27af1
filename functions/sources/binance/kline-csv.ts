import { type Series, seriesLabel } from '../../core/series.ts';
import type { Parsed, StreamParser } from '../../core/source.ts';
import { DecimalReader } from '../csv/decimal.ts';
import { WholeLines } from '../csv/whole-lines.ts';
import { malformed } from '../malformed.ts';
import { KLINE_FIELDS, KlineRows } from './kline-rows.ts';

const COMMA = 44;
const LF = 10;
const CR = 13;
/** How a header begins, where there is one. */
const HEADER = new TextEncoder().encode('open_time,');

/** A day of seconds and a month of minutes each fit one batch, so a repeated row is met beside its twin. */
const BATCH_ROWS = 90_000;

/**
 * Reads an archive's CSV of candles: with a header or without, milliseconds or microseconds, LF or CRLF. Numbers go from
 * bytes to typed arrays without a string in between.
 */
export function klineCsvParser(series: Series, expected?: number): StreamParser {
  const lines = new WholeLines();
  const rows = new KlineRows(series, expected && Math.min(expected, BATCH_ROWS));
  const decimal = new DecimalReader();
  let line = 0;

  const wrong = (why: string) => malformed(seriesLabel(series), `line ${line} of the CSV ${why}.`);

  function parse(bytes: Uint8Array): void {
    const to = bytes.length;
    for (let at = 0; at < to; ) {
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

  /** @returns index of the line after */
  function row(bytes: Uint8Array, from: number, to: number): number {
    rows.reserve();
    const { fields, length } = rows;
    let at = from;
    for (let f = 0; f < KLINE_FIELDS; f++) {
      const value = decimal.read(bytes, at, to);
      if (Number.isNaN(value)) throw wrong(`has no number in field ${f + 1}`);
      fields[f]![length] = value;
      at = decimal.end;
      if (bytes[at] === COMMA) at++;
      else if (f < KLINE_FIELDS - 1) throw wrong(`ends after ${f + 1} of ${KLINE_FIELDS} fields`);
    }
    rows.length++;
    while (at < to && bytes[at] !== LF) at++;
    return at + 1;
  }

  return {
    push(bytes: Uint8Array): Parsed | undefined {
      const pieces = lines.push(bytes);
      if (!pieces) throw wrong('is too long to be one');
      for (const piece of pieces) parse(piece);
      return rows.length >= BATCH_ROWS ? rows.take() : undefined;
    },
    end(): Parsed | undefined {
      parse(lines.end());
      return rows.take();
    },
  };
}
