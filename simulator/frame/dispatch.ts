import type { IncomingMessage, ServerResponse } from 'node:http';
import { htmlPage } from './answer.ts';
import type { WireFault } from './faults/faults.ts';
import type { VenueAnswer, VenueContext, VenueHandler, VenueModule, VenueRequest } from './module.ts';
import type { Requests } from './requests.ts';
import { send } from './send.ts';

export interface Mounted {
  readonly module: VenueModule;
  readonly handle: VenueHandler;
}

const TITLES: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  418: "I'm a teapot",
  429: 'Too Many Requests',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
};

const titleOf = (status: number): string => TITLES[status] ?? 'Error';

/** The module whose prefix the path begins with, and the rest of the path. */
export function route(
  mounted: readonly Mounted[],
  pathname: string,
): { to: Mounted; rest: string } | undefined {
  const to = mounted.find((m) => pathname === m.module.prefix || pathname.startsWith(`${m.module.prefix}/`));
  return to && { to, rest: pathname.slice(to.module.prefix.length) || '/' };
}

/** Runs one request through log, faults and module. */
export async function dispatch(
  { to, rest }: { to: Mounted; rest: string },
  incoming: IncomingMessage,
  response: ServerResponse,
  context: VenueContext,
  requests: Requests,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://venues');
  const path = decoded(rest);
  // A name in another script has to be percent-encoded, as for the real hosts.
  if (path === undefined || /[^\x21-\x7e]/.test(incoming.url ?? '')) {
    const malformed = htmlPage(400, 'Bad Request');
    return send(response, malformed, { now: context.now(), head: false, faults: [] });
  }
  const { id, prefix } = to.module;
  const method = incoming.method ?? 'GET';
  const body = await bodyOf(incoming);
  const line = `${method} ${prefix}${path === '/' ? '' : path}${url.search}${body && ` ${body}`}`;
  const request: VenueRequest = {
    method,
    line,
    path,
    query: [...url.searchParams],
    headers: incoming.headers,
    body,
    ip: String(incoming.headers['x-forwarded-for'] ?? incoming.socket.remoteAddress ?? '').split(
      ',',
    )[0] as string,
    at: context.now(),
  };
  const faults = context.faults.takeWire(id, line);
  const log = (status: number, answer?: VenueAnswer): void =>
    requests.add({
      at: request.at,
      venue: id,
      route: answer?.route ?? `${request.method} ${prefix}${request.path}`,
      line,
      ip: request.ip,
      status,
      weight: answer?.weight,
      faults: faults.map((f) => f.kind),
    });

  for (const fault of faults) {
    if (fault.kind === 'delay') await new Promise((done) => setTimeout(done, fault.ms));
  }
  // The peer's patience or close() ends it.
  if (faults.some((f) => f.kind === 'hang')) return log(0);
  const answer = refusalOf(faults, to.module, request.at) ?? (await to.handle(request));
  log(answer.status, answer);
  send(response, answer, { now: context.now(), head: request.method === 'HEAD', faults });
}

function refusalOf(faults: readonly WireFault[], module: VenueModule, now: number): VenueAnswer | undefined {
  for (const fault of faults) {
    if (fault.kind === 'html') {
      const status = fault.status ?? 200;
      return htmlPage(status, status === 200 ? 'Just a moment...' : titleOf(status));
    }
    if (fault.kind !== 'status') continue;
    const own = module.refusal?.(fault.status, now) ?? htmlPage(fault.status, titleOf(fault.status));
    return {
      status: fault.status,
      headers: { ...own.headers, ...fault.headers },
      body: fault.body ?? own.body,
    };
  }
  return undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
