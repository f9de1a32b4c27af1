import { badRequest } from '../../errors/bad-request.ts';

/** The formats of rows, by the word in `format=`. */
export const MEDIA_TYPES = {
  json: 'application/json',
  csv: 'text/csv',
  /** for spreadsheets: instants as they read them, and UTF-8 that they recognize */
  excel: 'text/csv',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
} as const;
export type Format = keyof typeof MEDIA_TYPES;
export type FileFormat = 'parquet' | 'arrow';
export type TextFormat = Exclude<Format, FileFormat>;

/** Whether the format is a file that is made before its first byte is served. */
export const isFile = (format: Format): format is FileFormat => format === 'parquet' || format === 'arrow';

const isFormat = (word: string): word is Format => Object.hasOwn(MEDIA_TYPES, word);
const FORMATS = Object.keys(MEDIA_TYPES).filter(isFormat);

/**
 * The format of an answer: `format=` where it is given, else the one that Accept prefers, else JSON.
 * @throws GordonError `unknown-format`
 */
export function parseFormat(word: string | undefined, accept = '*/*'): Format {
  if (word !== undefined) {
    if (isFormat(word)) return word;
    throw badRequest('unknown-format', 'format', `"${word}" is not a format of rows.`);
  }
  const ranges = accept.split(',').map((text) => {
    const [type = '', ...more] = text.split(';').map((part) => part.trim().toLowerCase());
    const q = more.find((one) => one.startsWith('q='));
    return { type, weight: q ? Number(q.slice(2)) : 1 };
  });
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { type } of wanted) {
    const format = FORMATS.find((one) => MEDIA_TYPES[one] === type);
    if (format) return format;
    if (type === '*/*' || type === 'application/*') return 'json';
    if (type === 'text/*') return 'csv';
  }
  throw badRequest('unknown-format', 'Accept', `"${accept}" names no format of rows.`);
}
