import { CANDLE_ROWS_WASM } from './candle-rows.wasm.ts';
import { KLINE_FIELDS } from './kline-rows.ts';

/** Bytes that are read at a time: with the columns of their rows they stay in the processor's cache. */
const WINDOW = 128 * 1024;
/** A candle has more than 64 bytes, so a window never has more rows. */
const ROWS = WINDOW / 64;
/** The byte behind the text, and up to where a double may begin. */
const BEHIND = 8;
const PAGE = 64 * 1024;

/** What candle-rows.as exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly end: WebAssembly.Global;
  read(from: number, to: number, columns: number, capacity: number): number;
}

/** Reads rows of numbers in one piece of memory that never grows, without a number or an object on the heap. */
export class CandleRows {
  readonly #exports: Exports;
  /** where the text lies, and behind it the columns; the module's constants are below */
  readonly #from = PAGE;
  readonly #text: Uint8Array;
  readonly #columns: readonly Float64Array[];
  /** bytes of the rows that were read last, line ends included */
  bytesRead = 0;

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(CANDLE_ROWS_WASM, 'base64'));
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    const { memory } = this.#exports;
    const columns = this.#from + WINDOW + BEHIND;
    const bytes = columns + KLINE_FIELDS * ROWS * Float64Array.BYTES_PER_ELEMENT;
    memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / PAGE));
    this.#text = new Uint8Array(memory.buffer, this.#from, WINDOW);
    this.#columns = Array.from(
      { length: KLINE_FIELDS },
      (_, f) => new Float64Array(memory.buffer, columns + f * ROWS * Float64Array.BYTES_PER_ELEMENT, ROWS),
    );
  }

  /**
   * Reads candles from `at` on, as many as the window holds, up to the first line that is not eleven plain decimals.
   * @returns their number; the columns hold them until the next call
   */
  read(bytes: Uint8Array, at: number): number {
    const length = Math.min(WINDOW, bytes.length - at);
    this.#text.set(bytes.subarray(at, at + length));
    const rows = this.#exports.read(this.#from, this.#from + length, this.#columns[0]!.byteOffset, ROWS);
    this.bytesRead = this.#exports.end.value - this.#from;
    return rows;
  }

  /** Copies the first rows of each column to `at`. */
  copyTo(fields: readonly Float64Array[], at: number, rows: number): void {
    for (let f = 0; f < KLINE_FIELDS; f++) fields[f]!.set(this.#columns[f]!.subarray(0, rows), at);
  }
}
