import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Knowing the token opens the door: by a bearer token, or in a browser by a cookie that an address with the token sets. */
export interface Door {
  /**
   * The headers of the answer that lets a browser in and leads to the page, so that the token is in no address afterwards.
   * @param url path and query of the request
   * @returns undefined where the request brings no token, or another one
   */
  enter(url: string): Readonly<Record<string, string>> | undefined;
  admits(headers: IncomingHttpHeaders): boolean;
}

/**
 * @param cookie its name: browsers share cookies between the ports of a host
 * @param secure the page is served over TLS
 */
export function createDoor(token: string, cookie: string, secure: boolean): Door {
  const digest = digestOf(token);
  const isToken = (text: string | undefined): boolean =>
    text !== undefined && timingSafeEqual(digestOf(text), digest);
  return {
    enter(url) {
      const [path, query = ''] = url.split('?', 2);
      if (path !== '/' || !isToken(new URLSearchParams(query).get('token') ?? undefined)) return undefined;
      const flags = `HttpOnly; SameSite=Strict; Path=/${secure ? '; Secure' : ''}`;
      return {
        location: '/',
        'set-cookie': `${cookie}=${encodeURIComponent(token)}; ${flags}`,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      };
    },
    admits({ authorization, cookie: cookies = '' }) {
      const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      return isToken(bearer) || isToken(cookieNamed(cookie, cookies));
    },
  };
}

function cookieNamed(name: string, cookies: string): string | undefined {
  const found = cookies.split(/; */).find((one) => one.startsWith(`${name}=`));
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found.slice(name.length + 1));
  } catch {
    // Somebody else's cookie.
    return undefined;
  }
}

/** A digest: it has the same length for every text, so comparing takes the same time for each. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
