const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;
const IPV6 =
  /(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)(?![\w:])/gi;

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Removes from a text what identifies the sender of the requests: venues repeat addresses in their refusals, and may repeat a key.
 * @param words names and paths of this machine, and keys
 */
export function withoutPrivate(text: string, words: readonly string[]): string {
  // The longest first: one may lie within another, as a home does in a path.
  const known = words.filter(Boolean).toSorted((a, b) => b.length - a.length);
  const named = known.reduce(
    (rest, word) => rest.replace(new RegExp(`(?<![\\w-])${escaped(word)}(?![\\w-])`, 'g'), '***'),
    text,
  );
  return named.replace(IPV4, '***').replace(IPV6, '***');
}
