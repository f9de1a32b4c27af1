import { useEffect, useState } from 'preact/hooks';

export interface Place {
  /** `coverage`, `jobs`, `series`, `health` */
  readonly page: string;
  /** what follows the page in the path */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

/** `#/jobs/01J…?x=y`: behind the hash, so that one file serves every page. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, ...rest] = path.split('/').map(decodeURIComponent);
  return { page: page || 'coverage', rest, query: new URLSearchParams(query) };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const changed = (): void => setPlace(placeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return place;
}

export function href(
  page: string,
  rest: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const path = [page, ...rest].map(encodeURIComponent).join('/');
  const set = new URLSearchParams(query);
  return `#/${path}${set.size > 0 ? `?${set}` : ''}`;
}
