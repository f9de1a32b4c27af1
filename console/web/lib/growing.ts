import { useEffect, useState } from 'preact/hooks';

/** Lines that are added at once: hundreds would hold up the browser. */
const PIECE = 50;

/** How many of a list's lines to show: more with each turn of the browser, until it has all. @param first those of the first turn */
export function useGrowing(length: number, first: number): number {
  const [shown, setShown] = useState(first);
  useEffect(() => {
    if (shown >= length) return undefined;
    const next = setTimeout(() => setShown(shown + PIECE));
    return () => clearTimeout(next);
  }, [shown, length]);
  return shown;
}
