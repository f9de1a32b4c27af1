import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is read of a log at once, from its end. */
const BLOCK = 256 * 1024;

export interface Tail {
  /** the oldest first */
  readonly lines: readonly string[];
  /** where the file ended, bytes: what comes later begins there */
  readonly end: number;
}

/** The last `most` lines of a file that match; reads no more of it than it needs. */
export function lastLines(file: string, most: number, matches: (line: string) => boolean): Tail {
  const log = openSync(file, 'r');
  try {
    const end = fstatSync(log).size;
    const lines: string[] = [];
    // Bytes, not text: a block may begin within a letter.
    let rest = Buffer.alloc(0);
    for (let start = end; start > 0 && lines.length < most; ) {
      const from = Math.max(0, start - BLOCK);
      const block = Buffer.concat([readBytes(log, from, start - from), rest]);
      start = from;
      const first = from === 0 ? 0 : block.indexOf('\n') + 1;
      const isWhole = from === 0 || first > 0;
      rest = isWhole ? block.subarray(0, first) : block;
      if (!isWhole) continue;
      const found = block.subarray(first).toString('utf8').split('\n').filter(Boolean).filter(matches);
      lines.unshift(...found.slice(-(most - lines.length)));
    }
    return { lines, end };
  } finally {
    closeSync(log);
  }
}

/** The whole lines of a file from a byte on, and where they end. A file that became shorter is read from its beginning. */
export function linesFrom(file: string, offset: number): Tail {
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const from = size < offset ? 0 : offset;
    const bytes = readBytes(log, from, size - from);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    return { lines: whole.toString('utf8').split('\n').filter(Boolean), end: from + whole.length };
  } finally {
    closeSync(log);
  }
}

function readBytes(file: number, from: number, length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const more = readSync(file, bytes, read, length - read, from + read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}
