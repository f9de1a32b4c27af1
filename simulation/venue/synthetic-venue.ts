import { GordonError } from '../../functions/core/errors/errors.ts';
import type { ArchiveReader, RateBudget, VenueClient } from '../../functions/core/fetch/ports.ts';
import type { HttpAnswer, HttpRequest } from '../../functions/core/series/venue.ts';
import { type Period, periodAt } from '../../functions/core/time/period.ts';
import { parseInstant } from '../../functions/core/time/time.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import { atOnce, type Step } from '../memory/step.ts';
import { type Market, spread, type Tick } from './synthetic-market.ts';
import { datasetOf, encode, type SyntheticSource } from './synthetic-sources.ts';

/** Changes the answers to some requests. */
export interface Disturbance {
  /** matches the paths of requests */
  readonly match: RegExp;
  /** how many requests to disturb; defaults to all */
  readonly times?: number;
  readonly becomes:
    | { readonly kind: 'error'; readonly error: Error }
    /** the object does not exist, or not yet */
    | { readonly kind: 'missing' }
    /** a well-formed body without rows */
    | { readonly kind: 'empty' }
    /** a body that cannot be parsed */
    | { readonly kind: 'malformed' }
    /** the correct answer, this many ms later */
    | { readonly kind: 'late'; readonly ms: number };
}

export interface VenueOptions {
  readonly market: Market;
  readonly sources: Readonly<Record<string, SyntheticSource>>;
  /** the venue's clock */
  readonly clock: () => number;
  /** waits this many ms for a late answer */
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly budget?: RateBudget;
  readonly step?: Step;
}

/** Rows in one piece of a file. */
const PIECE = 500;

/** The synthetic venue: its REST pages, its archive, and the faults injected into them. */
export class MemoryVenue implements VenueClient, ArchiveReader {
  /** paths of all requests, in order; page requests with their bounds */
  readonly calls: string[] = [];
  readonly #options: VenueOptions;
  #disturbances: { readonly about: Disturbance; left: number }[] = [];

  constructor(options: VenueOptions) {
    this.#options = options;
  }

  disturb(about: Disturbance): void {
    this.#disturbances.push({ about, left: about.times ?? Number.POSITIVE_INFINITY });
  }

  calm(): void {
    this.#disturbances = [];
  }

  async get(request: HttpRequest): Promise<HttpAnswer | undefined> {
    const { step = atOnce, budget, clock } = this.#options;
    const { start, end } = request.query ?? {};
    await step(`GET ${request.path}`);
    await budget?.take(request.venue.id, request.family, request.weight ?? 1);
    this.calls.push(start === undefined ? request.path : `${request.path} ${start}-${end}`);
    const disturbed = await this.#disturbed(request.path);
    if (disturbed === 'missing') return undefined;
    const body = disturbed === undefined ? this.#body(request) : SPOILT[disturbed];
    return (
      body && { status: 200, headers: {}, body, asOf: clock(), url: `${request.host.url}${request.path}` }
    );
  }

  async read({ file }: { readonly file: HttpRequest }) {
    const { step = atOnce } = this.#options;
    await step(`read ${file.path}`);
    this.calls.push(file.path);
    const disturbed = await this.#disturbed(file.path);
    if (disturbed === 'missing') return undefined;
    const rows = this.#object(file.path);
    if (!rows) return undefined;
    const spoilt = disturbed && [SPOILT[disturbed]];
    return { sha256: digestOf(rows), content: pieces(spoilt ?? piecesOf(rows)) };
  }

  /** @returns what the body becomes; undefined: the answer is correct */
  async #disturbed(path: string): Promise<'missing' | keyof typeof SPOILT | undefined> {
    const found = this.#disturbances.find(({ about, left }) => left > 0 && about.match.test(path));
    if (!found) return undefined;
    found.left -= 1;
    const { becomes } = found.about;
    if (becomes.kind === 'error') throw becomes.error;
    if (becomes.kind !== 'late') return becomes.kind;
    await this.#options.wait?.(becomes.ms);
    return undefined;
  }

  #body({ path, query }: HttpRequest): Uint8Array | undefined {
    const [, route, id, symbol, timeframe] = path.split('/') as [string, string, string, string, Timeframe];
    const { market, sources, clock } = this.#options;
    const now = clock();
    if (route === 'archive') {
      const rows = this.#object(path.replace(/\.CHECKSUM$/, ''));
      return rows && new TextEncoder().encode(`${digestOf(rows)}  file`);
    }
    const life = market.lives.get(symbol);
    if (!life) throw unknownSymbol(symbol);
    const { listedAt, delistedAt } = life;
    if (route === 'first') return encode(listedAt < now ? listedAt : null);
    if (route === 'last') return encode(Math.min(now, delistedAt ?? now));
    if (route === 'status') return encode(delistedAt === undefined || delistedAt > now);
    const { everyMs } = sources[id]!;
    if (route === 'snapshot') return encode([100 + (spread(`${symbol} ${now}`) % 100)]);
    const { start, end, limit } = query as { start: number; end: number; limit: number };
    const until = Math.min(end, now);
    return encode(
      market.ticks({ source: id, symbol, timeframe }, { start, end: until }, everyMs).slice(0, limit),
    );
  }

  /** The rows of a file by source; undefined when the file does not exist or is not published yet. */
  #object(path: string): Readonly<Record<string, readonly Tick[]>> | undefined {
    const { market, sources, clock } = this.#options;
    const [, , dataset, symbol, timeframe, unit, name] = path.split('/') as [
      string,
      string,
      string,
      string,
      Timeframe,
      Period['name'],
      string,
    ];
    const period = periodAt(unit as 'day' | 'month', parseInstant(unit === 'day' ? name : `${name}-01`)!);
    const members = Object.values(sources).filter((source) => datasetOf(source) === dataset);
    const published = members.some(({ tiers }) =>
      tiers.some(
        (tier) => tier.kind === 'archive' && tier.unit === unit && tier.publishedAt(period) <= clock(),
      ),
    );
    if (!published) return undefined;
    const rows = members.map(({ id, everyMs = stepOf(timeframe) }) => {
      return [id, market.ticks({ source: id, symbol, timeframe }, period, everyMs)] as const;
    });
    return rows.every(([, ticks]) => ticks.length === 0) ? undefined : Object.fromEntries(rows);
  }
}

const SPOILT = { empty: encode([]), malformed: new TextEncoder().encode('<html>') };

function piecesOf(rows: Readonly<Record<string, readonly Tick[]>>): Uint8Array[] {
  const longest = Math.max(...Object.values(rows).map((ticks) => ticks.length));
  const cut = (from: number) =>
    Object.fromEntries(Object.entries(rows).map(([id, ticks]) => [id, ticks.slice(from, from + PIECE)]));
  return Array.from({ length: Math.ceil(longest / PIECE) }, (_, i) => encode(cut(i * PIECE)));
}

async function* pieces(bodies: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bodies;
}

/** Sixty-four hexadecimal digits that depend on the rows. It is not a cryptographic hash. */
function digestOf(rows: unknown): string {
  const text = JSON.stringify(rows);
  return Array.from({ length: 8 }, (_, i) =>
    spread(text, i + 1)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

const unknownSymbol = (symbol: string): GordonError =>
  new GordonError({
    name: 'PermanentError',
    code: 'unknown-symbol',
    subject: symbol,
    message: 'the venue does not list it.',
  });
