import { malformed, readJson } from '../rest/malformed.ts';

/**
 * `data` of an answer that the venue's `judge` let through, in the venue's order: newest first.
 * @throws GordonError `malformed-rows`
 */
export function dataIn(body: Uint8Array, subject: string): readonly unknown[] {
  const { code, data } = (readJson(body, subject) ?? {}) as { code?: unknown; data?: unknown };
  if (code !== '0') throw malformed(subject, `the answer has code ${String(code)}.`);
  if (!Array.isArray(data)) throw malformed(subject, 'the answer has no data.');
  return data;
}
