import { afterAll } from 'vitest';
import { startVenues, type Venues } from '../../simulator/index.ts';

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a wire body, whose shape is what the test checks
  json(): any;
}

export interface Simulator {
  readonly venues: Venues;
  /** @param path begins with a module's prefix */
  get(path: string, ip?: string): Promise<Got>;
}

/** Starts the venues with the clock held at an instant; stopped after the test file. */
export async function simulateAt(instant: string, seed = 'test'): Promise<Simulator> {
  const venues = await startVenues({ seed });
  venues.control.clock.hold(Date.parse(instant));
  afterAll(() => venues.close());
  return {
    venues,
    async get(path, ip) {
      const response = await fetch(venues.url + path, ip ? { headers: { 'x-forwarded-for': ip } } : {});
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
    },
  };
}
