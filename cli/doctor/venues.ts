import { describeError, GordonError } from '../../functions/core/errors/errors.ts';
import { sampleRequests as samplesOf } from '../../functions/core/queries/sample-requests.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { HttpRequest, Verdict } from '../../functions/core/series/venue.ts';
import { baseUrl, type Variables } from '../../functions/runtime/venues/hosts.ts';
import { broken, type Diagnosis, note, ok } from './diagnosis.ts';

export const PATIENCE_MS = 5_000;

/** A cheap request to each host that the sources call. */
export function sampleRequests(sources: Sources): HttpRequest[] {
  const byHost = new Map<string, HttpRequest>();
  for (const request of Object.values(sources).flatMap(samplesOf)) {
    if (!byHost.has(request.host.env)) byHost.set(request.host.env, request);
  }
  return [...byHost.values()];
}

/** @param matters a host that cannot be reached stops somebody's work */
export async function venueHealth(
  request: HttpRequest,
  variables: Variables,
  matters: boolean,
): Promise<Diagnosis> {
  const bad = matters ? broken : note;
  try {
    const base = baseUrl(request.host, variables);
    const place = `${request.venue.id} at ${new URL(base).host}`;
    return await probe(request, base, place, bad);
  } catch (error) {
    if (error instanceof GordonError) return broken(`${error.subject}: wrong`, error.message);
    throw error;
  }
}

async function probe(
  request: HttpRequest,
  base: string,
  place: string,
  bad: typeof broken,
): Promise<Diagnosis> {
  const began = performance.now();
  const reached = await reach(request, base);
  if (reached.kind !== 'answered') {
    const remedy = 'Check DNS, firewall and proxy; `make demo` works without the internet.';
    return bad(`${place}: ${describeError(reached.error)}`, remedy);
  }
  const { verdict } = reached;
  if (verdict.kind === 'region') return bad(`${place}: ${verdict.message}`, verdict.remedy);
  if (verdict.kind === 'limited') {
    const wait = Math.ceil(verdict.waitMs / 1_000);
    return bad(`${place}: ${verdict.message}`, `Wait ${wait} s: this address has sent too many requests.`);
  }
  if (verdict.kind === 'broken')
    return bad(`${place}: ${verdict.message}`, 'Try again later: the venue fails.');
  return ok(`${place}: answers in ${Math.round(performance.now() - began)} ms`);
}

/** What came of a request to a host. */
export type Reached =
  | { readonly kind: 'answered'; readonly verdict: Verdict }
  /** it began to answer, and the body did not arrive in time */
  | { readonly kind: 'stalled'; readonly error: unknown }
  | { readonly kind: 'unreachable'; readonly error: unknown };

/** Sends one request, once, and waits a few seconds for its answer. */
export async function reach({ venue, path, query }: HttpRequest, base: string): Promise<Reached> {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' });
  } catch (error) {
    return { kind: 'unreachable', error };
  }
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    return { kind: 'stalled', error };
  }
  const headers = { date: new Date().toUTCString(), ...Object.fromEntries(response.headers) };
  return { kind: 'answered', verdict: venue.judge({ status: response.status, headers, text }) };
}
