/** One of a venue's hosts; an environment variable can point it elsewhere (a mirror, the simulator). */
export interface Host {
  readonly env: string;
  readonly url: string;
}

/** A budget that the venue counts by egress address: `limit` units in every window of the venue's clock. */
export interface LimitFamily {
  /** such as `binance-spot`; unique among all venues */
  readonly id: string;
  readonly limit: number;
  readonly windowMs: number;
  /** the venue also counts short bursts: requests of all workers together begin at least this far apart; ms */
  readonly spacingMs?: number;
  /** answer header (lower case) with what this address has used in the current window, where the venue sends one */
  readonly usedHeader?: string;
}

/**
 * Part of a published limit that is spent at most. The rest covers the second to which windows are known, requests that are
 * on their way when a window turns, and other programs at this address until the venue's header reports them.
 */
export const LIMIT_SHARE = 0.9;

/** The meaning of a venue's answer. */
export type Verdict =
  | { readonly kind: 'ok' }
  /** The object does not exist: an archive that was never made, a day not yet published. */
  | { readonly kind: 'missing' }
  /** Over a limit. `venue` scope: everything sent to the venue now makes it worse. */
  | {
      readonly kind: 'limited';
      readonly scope: 'family' | 'venue';
      readonly waitMs: number;
      readonly message: string;
    }
  /** This egress address is not served; a retry is useless. */
  | { readonly kind: 'region'; readonly message: string; readonly remedy: string }
  | { readonly kind: 'unknown-symbol'; readonly message: string }
  /** The request is wrong, which is this program's fault. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The venue failed; the same request may work later. */
  | { readonly kind: 'broken'; readonly message: string; readonly remedy?: string };

export interface RawAnswer {
  readonly status: number;
  /** header names in lower case; `date` is always there: the client's clock where the venue sends none */
  readonly headers: Readonly<Record<string, string>>;
  /** the body as text; empty for a binary body that arrived well */
  readonly text: string;
}

export interface Venue {
  /** such as `binance`; the scope of a ban */
  readonly id: string;
  /** Judges an answer by the venue's own way of refusing. Pure. */
  judge(answer: RawAnswer): Verdict;
}

/** The body of a POST: plain values, nested where the venue nests them. */
export interface JsonBody {
  readonly [name: string]: string | number | JsonBody;
}

export interface HttpRequest {
  readonly venue: Venue;
  readonly host: Host;
  /** begins with `/` */
  readonly path: string;
  /** kept as evidence of what was requested, so never a key: see `secret` */
  readonly query?: Readonly<Record<string, string | number>>;
  /** sent as JSON by POST; absent: the request is a GET. Kept as evidence, as the query is. It only reads, so it is retried as a GET is */
  readonly json?: JsonBody;
  /** the symbol that it is about, where no parameter is called `symbol`; for messages */
  readonly symbol?: string;
  /** a query parameter that the client adds from the environment, so that no adapter, record or error holds the key */
  readonly secret?: { readonly parameter: string; readonly env: string };
  /** absent: a host without a published limit */
  readonly family?: LimitFamily;
  /** units of the family's budget that the request costs; defaults to 1 */
  readonly weight?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Gives the memory of the body back at once: nobody may read it afterwards. For bodies of megabytes. */
  readonly release?: () => void;
  /** the venue's clock (`Date` header) or, where it sends none, ours; epoch ms */
  readonly asOf: number;
  /** the URL without its query: keys may travel in there, so no URL is kept whole */
  readonly url: string;
}
