import { expect } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}
export interface Gap {
  readonly start: string;
  readonly end: string;
  readonly missing: number;
  readonly cause: string;
  readonly error?: string;
}
export interface CandleJob {
  readonly id: string;
  readonly status: string;
}
export interface Status {
  readonly rows: number;
  readonly earliest: string | null;
  readonly gaps: Gap[];
  readonly empty: { start: string; end: string; reason: string }[];
  readonly last_job: CandleJob | null;
  readonly aggregates: { name: string; healthy: boolean }[];
}

export interface CandleHost extends TestHost {
  /** on the candle port */
  request<T>(path: string, init?: RequestInit): Promise<Answer<T>>;
  post<T = CandleJob>(body: unknown): Promise<Answer<T>>;
  get<T>(query: string): Promise<Answer<T>>;
  gaps(query: string): Promise<Gap[]>;
  /** orders, then waits for the end of the job */
  load(body: object): Promise<JobDetail>;
}

/** The embedded host with helpers for its second API. */
export async function startCandleHost(): Promise<CandleHost> {
  const at = await startTestHost();
  const request: CandleHost['request'] = async (path, init) => {
    const response = await fetch(`http://127.0.0.1:${at.host.ports.candles}${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  };
  const post: CandleHost['post'] = (body) =>
    request('/api/backfill', { method: 'POST', body: JSON.stringify(body) });
  const get: CandleHost['get'] = (query) => request(`/api/backfill?${query}`);
  return {
    ...at,
    request,
    post,
    get,
    gaps: async (query) => (await get<Gap[]>(`type=gaps&${query}`)).body,
    async load(body) {
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 202, body: { id: expect.any(String) } });
      return at.wait(answer.body.id);
    },
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  };
}

export const MARCH = { symbol: 'BTCUSDT', start: '2025-03-01', end: '2025-04-01' };
