import { setTimeout as wait } from 'node:timers/promises';
import { BudgetExhausted, GordonError } from '../../core/errors/errors.ts';
import type { RateBudget, VenueClient, VenueStreams } from '../../core/fetch/ports.ts';
import { type ClockReading, clockOffset } from '../../core/series/clock-offset.ts';
import type { HttpAnswer, HttpRequest, LimitFamily, Verdict } from '../../core/series/venue.ts';
import { type Clock, SECOND } from '../../core/time/time.ts';
import { baseUrl, type Variables } from './hosts.ts';
import { type Patience, readAnswer } from './read-answer.ts';
import { streamAnswer } from './stream-answer.ts';
import { brokenVenue, keyMissing, noAnswer, permanentRefusal } from './venue-errors.ts';

export interface VenueClientOptions {
  readonly budget: RateBudget;
  /** where the hosts' URLs and the keys come from */
  readonly env: Variables;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  /**
   * sends a GET, or a POST of the JSON that is given; by `fetch` and within `patience` by default. `arrived` may be called when the
   * answer begins. @throws `TimedOut`, or as `fetch` does
   */
  readonly read?: (url: string, json?: string, arrived?: () => void) => ReturnType<typeof readAnswer>;
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** in [0, 1): spreads the retries of workers that failed together */
  readonly random?: () => number;
  readonly patience?: Patience;
  /** bytes that an answer may have; defaults to `LARGEST_ANSWER` */
  readonly largestAnswer?: number;
  /** learns what became of each attempt; `now` is our clock */
  readonly counted?: (venue: string, outcome: Verdict['kind'] | 'unreachable', now: number) => void;
  /** learns how far our clock is from that of each answer */
  readonly clockRead?: (reading: ClockReading) => void;
}

/** A cut connection or a 5xx is tried again at once this often; then the state machine's own retry is the better one. */
const ATTEMPTS = 3;
const FIRST_BACKOFF = 300;

const PATIENCE: Patience = { firstByteMs: 20 * SECOND, stallMs: 30 * SECOND };

/** The venues over HTTPS. Each attempt takes budget first, for a venue counts the failed ones too. */
export function createVenueClient(options: VenueClientOptions): VenueClient & VenueStreams {
  const { budget, clock, env, fetch: send = fetch, sleep = wait, random = Math.random } = options;
  const { patience = PATIENCE, largestAnswer } = options;
  const {
    read = (url, json, arrived) => readAnswer(send, url, patience, { json, most: largestAnswer, arrived }),
  } = options;

  type Raw = Pick<HttpAnswer, 'status' | 'headers' | 'body'>;

  /** @returns undefined for what does not exist */
  async function attempt<Answer extends Raw>(
    request: HttpRequest,
    exchange: (url: string) => Promise<Answer>,
  ): Promise<(Answer & Pick<HttpAnswer, 'asOf' | 'url'>) | undefined> {
    const { venue, family, weight = 1 } = request;
    // Names in Chinese go as UTF-8, percent-encoded, as in a query.
    const url = `${baseUrl(request.host, env)}${encodeURI(request.path)}`;
    const full = url + queryOf(request, env);
    await budget.take(venue.id, family, weight);
    const sentAt = clock();
    const raw = await exchange(full).catch((cause: unknown) => {
      options.counted?.(venue.id, 'unreachable', clock());
      throw noAnswer(url, request.host, cause);
    });
    const stated = Date.parse(raw.headers.date ?? '');
    const answeredAt = clock();
    const asOf = Number.isNaN(stated) ? answeredAt : stated;
    if (!Number.isNaN(stated)) {
      const now = stated + SECOND * Number(raw.headers.age ?? 0);
      options.clockRead?.({ venue: venue.id, aheadMs: clockOffset(now, sentAt, answeredAt), at: answeredAt });
    }
    await observe(request, raw.headers, asOf);
    const headers = { ...raw.headers, date: raw.headers.date ?? new Date(asOf).toUTCString() };
    const verdict = venue.judge({ status: raw.status, headers, text: textOf(raw) });
    options.counted?.(venue.id, verdict.kind, answeredAt);
    if (verdict.kind === 'ok') return { ...raw, asOf, url };
    if (verdict.kind === 'missing') return undefined;
    throw await refusal(request, url, verdict);
  }

  async function observe({ family }: HttpRequest, headers: HttpAnswer['headers'], asOf: number) {
    if (!family?.usedHeader) return;
    // Some routes leave the header out or send -1.
    const used = Number(headers[family.usedHeader] || -1);
    if (used >= 0) await budget.observe(family, used, asOf);
  }

  async function refusal(request: HttpRequest, url: string, verdict: Refusal): Promise<Error> {
    const message = withoutKey(verdict.message, request, env);
    if (verdict.kind === 'limited') {
      const { venue, family } = request;
      const scope = verdict.scope === 'family' && family ? family.id : venue.id;
      const until = clock() + verdict.waitMs;
      await budget.coolDown(scope, until, message);
      return new BudgetExhausted(scope, until, message);
    }
    if (verdict.kind === 'broken') return brokenVenue(url, message, verdict.remedy);
    return permanentRefusal(request, url, { ...verdict, message });
  }

  const lines = new Map<string, Promise<unknown>>();

  /**
   * A paced family has one request at a time, the next one its spacing after the answer: a process that is busy sends late, and
   * requests that were granted apart would leave it together.
   */
  function oneAtATime<T>({ id, spacingMs }: LimitFamily, work: () => Promise<T>): Promise<T> {
    if (spacingMs === undefined) return work();
    const turn = (lines.get(id) ?? Promise.resolve()).then(work);
    const rest = () => sleep(spacingMs);
    lines.set(id, turn.then(rest, rest));
    return turn;
  }

  async function persistently<Answer extends Raw>(
    request: HttpRequest,
    exchange: (url: string) => Promise<Answer>,
  ) {
    const { family } = request;
    const once = () => attempt(request, exchange);
    for (let tries = 1; ; tries++) {
      try {
        return await (family ? oneAtATime(family, once) : once());
      } catch (error) {
        if (tries === ATTEMPTS || !isMomentary(error)) throw error;
        await sleep(FIRST_BACKOFF * 2 ** (tries - 1) * (0.5 + random()));
      }
    }
  }

  return {
    get: (request, arrived) =>
      persistently(request, (url) => read(url, request.json && JSON.stringify(request.json), arrived)),
    async stream(request) {
      const { host, path } = request;
      const lost = (cause: unknown) => noAnswer(baseUrl(host, env) + encodeURI(path), host, cause);
      const answer = await persistently(request, (url) => streamAnswer(send, url, patience, lost));
      return answer?.pieces;
    },
  };
}

export type Refusal = Exclude<Verdict, { readonly kind: 'ok' | 'missing' }>;

function queryOf({ query = {}, secret }: HttpRequest, env: Variables): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  if (secret) {
    const key = env[secret.env];
    if (!key) throw keyMissing(secret.env);
    parameters.set(secret.parameter, key);
  }
  return parameters.size > 0 ? `?${parameters}` : '';
}

/** A venue may repeat in its refusal what it was sent. */
function withoutKey(text: string, { secret }: HttpRequest, env: Variables): string {
  const key = secret && env[secret.env];
  return key ? text.replaceAll(key, '***') : text;
}

const BINARY = /^(?:application\/(?:zip|octet-stream|x-zip)|binary\/)/i;

/** Making one takes longer than a small answer. */
const UTF8 = new TextDecoder();

/** An archive is megabytes that nobody reads as text; a refusal is text whatever type it claims to have. */
function textOf({ status, headers, body }: Pick<HttpAnswer, 'status' | 'headers' | 'body'>): string {
  if (status < 300 && BINARY.test(headers['content-type'] ?? '')) return '';
  return UTF8.decode(body);
}

/** A venue that let us wait out our patience, or sent without end, is retried by the state machine, not by a billed function. */
const isMomentary = (error: unknown): boolean =>
  error instanceof GordonError && error.name === 'RetryableVenueError' && !WEARISOME.has(error.code);

const WEARISOME: ReadonlySet<string> = new Set(['timed-out', 'unacceptable-answer']);
