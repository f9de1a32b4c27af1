/** A login whose URL may change while the process runs, such as one from a secret that is rotated. */
export interface Login {
  /** where it logs in now */
  readonly url: string;
  /** reads the URL again. @throws what the place that has it answers */
  readonly renew: () => Promise<string>;
}

/** The code of a login that waited for its turn while another URL replaced its own. */
export const LOGIN_RENEWED = 'LOGIN_RENEWED';

/** SQLSTATE of a refused login and of a database that is not there, and codes of a server that is gone. */
const STALE =
  /^(LOGIN_RENEWED|28P01|28000|3D000|ENOTFOUND|ECONNREFUSED|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** PgBouncer has one SQLSTATE for all that it refuses, a violation of the protocol: only the words name a login. */
const REFUSED_BY_POOLER = /^(password|SASL) authentication failed|^no such user/;

/** Whether a pooler has refused a login, its own to the server not included. */
export function isRefusedByPooler(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '08P01' && REFUSED_BY_POOLER.test(String(message));
}

/** Whether the URL of a login may be out of date. */
export const looksStale = (error: unknown): boolean =>
  STALE.test(String((error as { code?: unknown } | null)?.code ?? '')) || isRefusedByPooler(error);

interface Renewable {
  url: string;
  /** what its pools do with another URL */
  readonly replacing: Set<(url: string) => void>;
}

/** The logins of this process that have a pool. */
const renewable = new Map<Login, Renewable>();
let running: Promise<void> | undefined;
/** how often a login got another URL */
let changes = 0;

/** How often a login of this process has got another URL: work that failed compares it with the number when it began. */
export const changesSoFar = (): number => changes;

/** @returns forgets it */
export function register(login: Login, replace: (url: string) => void): () => void {
  const known = renewable.get(login) ?? { url: login.url, replacing: new Set() };
  renewable.set(login, known);
  known.replacing.add(replace);
  // A pool that is opened late starts where the others are.
  if (known.url !== login.url) replace(known.url);
  return () => {
    known.replacing.delete(replace);
    if (known.replacing.size === 0) renewable.delete(login);
  };
}

/**
 * Reads the URLs of this process's logins again, once for all failures that come together.
 * @param since `changesSoFar` when the work began that failed
 * @returns whether one of them has changed since then; undefined: none can be renewed
 */
export async function renewLogins(since: number): Promise<boolean | undefined> {
  if (renewable.size === 0) return undefined;
  if (changes === since) {
    running ??= renewAll().finally(() => {
      running = undefined;
    });
    await running;
  }
  return changes !== since;
}

async function renewAll(): Promise<void> {
  const all = [...renewable];
  const urls = await Promise.all(all.map(([login]) => login.renew()));
  const changed = all.flatMap(([, known], n) => (urls[n] === known.url ? [] : [[known, urls[n]!] as const]));
  for (const [known, url] of changed) {
    known.url = url;
    for (const replace of known.replacing) replace(url);
  }
  if (changed.length > 0) changes += 1;
}
