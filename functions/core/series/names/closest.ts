/** Most suggestions for one word: more would be a list to read, not an answer. */
const MOST = 3;

/**
 * The known words that a mistyped one may mean, the likeliest first: those within a third of its letters, where a letter that is
 * missing, extra, wrong or swapped with its neighbour counts once. Case does not matter.
 */
export function closest(word: string, known: Iterable<string>): string[] {
  const far = Math.max(1, Math.floor(word.length / 3));
  // Lengths that differ by more are further apart than that: a word of thousands of letters is compared with none.
  return [...new Set(known)]
    .filter((one) => Math.abs(one.toLowerCase().length - word.toLowerCase().length) <= far)
    .map((one) => ({ one, distance: distanceOf(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ distance }) => distance <= far)
    .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** `Did you mean klines?`; empty where no known word is close. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const words = closest(word, known);
  return words.length === 0 ? '' : `Did you mean ${words.join(' or ')}?`;
}

/** The optimal string alignment of two words: how many letters differ. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substituted, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
