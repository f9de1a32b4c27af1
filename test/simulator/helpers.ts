import { startVenues, type Venues, type VenuesOptions } from '../../simulator/index.ts';

/** A Saturday; `at('2026-11-21T12:34:56')` reads it as UTC. */
export const at = (text: string): number => Date.parse(`${text}Z`);
export const NOW = at('2026-11-21T12:34:56.789');

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** The venues with a clock that stands still, and short ways to call them. */
export async function heldVenues(options: VenuesOptions & { now?: number } = {}) {
  const venues = await startVenues({ seed: 'test', ...options });
  venues.control.clock.hold(options.now ?? NOW);
  return { venues, ...askers(venues) };
}

function askers(venues: Venues) {
  const get = async <T = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> => {
    const response = await fetch(venues.url + path, { headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  };
  const bytes = async (path: string): Promise<{ status: number; body: Buffer }> => {
    const response = await fetch(venues.url + path);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  const control = async (method: string, path: string, body?: unknown): Promise<Answer<never>> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${venues.url}/_control/${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  };
  const spot = (query: string): Promise<Answer<Row[]>> => get(`/binance-spot/api/v3/klines?${query}`);
  const usdm = (query: string): Promise<Answer<Row[]>> => get(`/binance-usdm/fapi/v1/klines?${query}`);
  return { get, bytes, control, spot, usdm };
}

export type Row = [
  number,
  string,
  string,
  string,
  string,
  string,
  number,
  string,
  number,
  string,
  string,
  string,
];

export const times = (rows: readonly Row[]): number[] => rows.map((r) => r[0]);
