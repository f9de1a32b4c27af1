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

/** Puts other values behind the page of now; the way back leads to the page before it, not to each step. */
export function replaceQuery({ page, rest }: Place, query: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', href(page, rest, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
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
