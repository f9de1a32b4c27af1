import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwtBaseError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { GordonError } from '../core/errors/errors.ts';

export interface Caller {
  readonly subject: string;
  /** as the token has them, in `scope` or `scp` */
  readonly scopes: readonly string[];
}

/** @returns the subject of a good token, or undefined for one that is not; @throws GordonError `issuer-unreachable` */
export type VerifyToken = (token: string) => Promise<Caller | undefined>;

export interface TrustedIssuer {
  /** exactly as its tokens write it; its OpenID configuration is found under it */
  readonly issuer: string;
  readonly audience: string;
  readonly fetch?: typeof fetch;
}

/** Verifies tokens (RS, ES, EdDSA) against the keys that the issuer publishes; keys are kept, and fetched again when one is unknown. */
export function tokenVerifier({ issuer, audience, fetch: send = fetch }: TrustedIssuer): VerifyToken {
  const load = async (url: string): Promise<ArrayBuffer> => {
    try {
      const answer = await send(url);
      if (answer.ok) return await answer.arrayBuffer();
      throw new Error(`HTTP ${answer.status}`);
    } catch (cause) {
      throw unreachable(url, cause);
    }
  };
  const make = async () => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { jwks_uri: jwksUri } = JSON.parse(Buffer.from(await load(url)).toString()) as { jwks_uri: string };
    const jwksCache = new SimpleJwksCache({ fetcher: { fetch: load } });
    return JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache });
  };
  let verifier: ReturnType<typeof make> | undefined;
  return async (token) => {
    verifier ??= make();
    try {
      const { sub, exp, scope, scp } = await (await verifier).verify(token);
      // One that never ends could not be taken back.
      return exp === undefined ? undefined : { subject: sub ?? 'unknown', scopes: scopesIn(scope ?? scp) };
    } catch (error) {
      if (error instanceof JwtBaseError && !(error instanceof FetchError)) return undefined;
      // The issuer may answer the next caller.
      verifier = undefined;
      throw error;
    }
  };
}

/** RFC 8693 writes them in one text, other issuers in a list. */
const scopesIn = (claim: unknown): string[] =>
  [claim].flat().flatMap((text) => (typeof text === 'string' ? text.split(' ').filter(Boolean) : []));

const unreachable = (url: string, cause: unknown): GordonError =>
  new GordonError({
    code: 'issuer-unreachable',
    subject: url,
    cause,
    status: 503,
    message: 'the keys that tokens are checked with could not be read.',
  });
