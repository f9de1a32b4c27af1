/** What a request wants of a file, by its headers in lower case. */
export type FileWish =
  | { readonly status: 200 }
  | { readonly status: 206; readonly start: number; readonly end: number }
  | { readonly status: 304 | 416 };

/**
 * Reads Range, If-Range and If-None-Match (RFC 9110). Several ranges at once, and units other than bytes, are answered with the
 * whole file, as the RFC allows. `end` is exclusive.
 */
export function fileWish(
  headers: Readonly<Record<string, string | undefined>>,
  { bytes, etag }: { readonly bytes: number; readonly etag: string },
): FileWish {
  const known = headers['if-none-match'];
  if (known !== undefined && (known.trim() === '*' || tagsOf(known).includes(etag))) return { status: 304 };
  const range = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(headers.range ?? '');
  if (!range || (headers['if-range'] !== undefined && headers['if-range'].trim() !== etag))
    return { status: 200 };
  const [, first = '', last = ''] = range;
  if (first === '' && last === '') return { status: 200 };
  // `-500` is the last 500 bytes.
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { status: 200 };
  return start < end ? { status: 206, start, end } : { status: 416 };
}

/** Whether a range counts from the end: such a client does not know the file yet. */
export const isSuffix = (range: string | undefined): boolean => /^\s*bytes\s*=\s*-/i.test(range ?? '');

/** A weak tag matches too: `If-None-Match` compares weakly. */
const tagsOf = (list: string): string[] => [...list.matchAll(/(?:W\/)?("[^"]*")/g)].map(([, tag]) => tag!);
