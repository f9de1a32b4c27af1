/** A login whose URL may change while the process runs, such as one from a secret that is rotated. */
export interface Login {
  /** where it logs in now */
  readonly url: string;
  /** reads the URL again. @throws what the place that has it answers */
  readonly renew: () => Promise<string>;
}

/** SQLSTATE of a refused login and of a database that is not there, and codes of a server that is gone. */
const STALE = /^(28P01|28000|3D000|ENOTFOUND|ECONNREFUSED|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** Whether the URL of a login may be out of date. */
export const looksStale = (error: unknown): boolean =>
  STALE.test(String((error as { code?: unknown } | null)?.code ?? ''));

/** Logins of this process that can be renewed, each with what it does with its new URL. */
const renewable = new Map<object, () => Promise<boolean>>();
let running: Promise<boolean> | undefined;
/** how often a login got another URL */
let changes = 0;

export const changesSoFar = (): number => changes;

/** @returns forgets it */
export function register(login: Login, replace: (url: string) => void): () => void {
  const key = {};
  let url = login.url;
  renewable.set(key, async () => {
    const now = await login.renew();
    if (now === url) return false;
    url = now;
    replace(now);
    return true;
  });
  return () => void renewable.delete(key);
}

/**
 * Reads the URLs of this process's logins again, once for all failures that come together.
 * @param since `changesSoFar` when the work began that failed
 * @returns whether one of them has changed since then; undefined: none can be renewed
 */
export async function renewLogins(since: number): Promise<boolean | undefined> {
  if (renewable.size === 0) return undefined;
  if (changes === since) {
    running ??= Promise.all([...renewable.values()].map((renew) => renew()))
      .then((changed) => changed.includes(true))
      .finally(() => {
        running = undefined;
      });
    if (await running) changes += changes === since ? 1 : 0;
  }
  return changes !== since;
}
