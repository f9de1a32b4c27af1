import type { Parsed, StreamParser } from '../../core/series/source.ts';
import { malformed } from '../rest/malformed.ts';

/** Ten times a month of settlements or a day of five-minute rows; a larger file is refused. */
const LARGEST = 1 << 20;

/**
 * For files of some hundred lines, which are read once all of them is there.
 * @param read the fields of each line that is not empty, quotes taken off
 */
export function wholeFile(
  subject: string,
  read: (lines: readonly (readonly string[])[]) => Parsed | undefined,
): StreamParser {
  const decoder = new TextDecoder();
  let text = '';
  return {
    push(bytes: Uint8Array): undefined {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > LARGEST) throw malformed(subject, 'the file is far too large.');
    },
    end(): Parsed | undefined {
      const lines = `${text}${decoder.decode()}`.split(/\r?\n/).filter((line) => line !== '');
      return read(lines.map((line) => line.split(',').map(unquoted)));
    },
  };
}

/** Some old files write an empty field as two quotes. */
const unquoted = (field: string): string => (/^".*"$/.test(field) ? field.slice(1, -1) : field);
