import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RateBudget } from '../../functions/core/fetch/ports.ts';
import type { HttpRequest, LimitFamily, Venue } from '../../functions/core/series/venue.ts';

export interface LocalVenue {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  [Symbol.asyncDispose](): Promise<void>;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that gives one answer after the other, the last one again and again. */
export async function startVenue(...answers: readonly Answer[]): Promise<LocalVenue> {
  const requests: IncomingMessage[] = [];
  const onRequest: RequestListener = (request, response) => {
    requests.push(request);
    (answers[requests.length - 1] ?? answers.at(-1)!)(response, request);
  };
  const server = createServer(onRequest);
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}

export const answer =
  (status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** Closes the connection in the middle of an answer. */
export const cut: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half', () => response.destroy());
};

/** Sends a part and then nothing. */
export const stall: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half');
};

export const silence: Answer = () => undefined;

/** A budget that grants everything and remembers each call. */
export class LooseBudget implements RateBudget {
  readonly taken: [venue: string, family: string | undefined, weight: number][] = [];
  readonly observed: [family: string, used: number, asOf: number][] = [];
  readonly cooldowns: [scope: string, until: number, why: string][] = [];

  async take(venue: string, family: LimitFamily | undefined, weight: number): Promise<void> {
    this.taken.push([venue, family?.id, weight]);
  }
  async observe(family: LimitFamily, used: number, asOf: number): Promise<void> {
    this.observed.push([family.id, used, asOf]);
  }
  async coolDown(scope: string, until: number, why: string): Promise<void> {
    this.cooldowns.push([scope, until, why]);
  }
}

export const requestTo = (venue: Venue, more: Partial<HttpRequest> = {}): HttpRequest => ({
  venue,
  host: { env: 'GORDON_LOCAL_URL', url: 'https://venue.invalid' },
  path: '/api/rows',
  ...more,
});
