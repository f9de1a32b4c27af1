import { GordonError } from '../../functions/core/errors/errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the API is also served, beside the loopback address. */
export interface ListenSettings {
  /** an address or a name of this machine; `0.0.0.0` and `::` are all of them */
  readonly address: string;
  readonly port: number;
  /** needed by every request */
  readonly token: string;
  /** PEM files; absent: plain HTTP, which the operator chose */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const PLACE = /^(?:\[(?<bracketed>[\da-f:.]+)\]|(?<name>[^:[\]\s]+)):(?<digits>\d{1,5})$/i;

/** What nobody guesses: 24 letters and digits, as `openssl rand -hex 12` makes them. */
const SHORTEST_TOKEN = 24;

/**
 * Reads GORDON_LISTEN, as `0.0.0.0:8443` or `[::]:8443`. Elsewhere than on this machine a token is needed, and TLS, unless
 * GORDON_LISTEN_PLAIN=1 says that something in front of it does that, or that nobody else is in the network.
 * @returns undefined where the API is served on the loopback address alone
 * @throws GordonError `bad-environment`
 */
export function listenSettings(env: Variables): ListenSettings | undefined {
  const { GORDON_LISTEN: place, GORDON_API_TOKEN: token, GORDON_TLS_CERT: cert, GORDON_TLS_KEY: key } = env;
  if (!place) return undefined;
  const { bracketed, name, digits } = PLACE.exec(place)?.groups ?? {};
  const address = bracketed ?? name;
  const port = Number(digits);
  if (address === undefined || port > 65_535) {
    throw wrong('GORDON_LISTEN', `"${place}" is not an address with a port.`, 'Write it as 0.0.0.0:8443.');
  }
  if (!token || token.length < SHORTEST_TOKEN || !/^[\x21-\x7e]+$/.test(token)) {
    throw wrong(
      'GORDON_API_TOKEN',
      `GORDON_LISTEN needs a token of ${SHORTEST_TOKEN} visible ASCII characters or more, and there is ${token ? 'another one' : 'none'}.`,
      'Set it to what `openssl rand -hex 24` prints.',
    );
  }
  if (cert && key) return { address, port, token, tls: { cert, key } };
  if (cert || key) {
    throw wrong(
      cert ? 'GORDON_TLS_KEY' : 'GORDON_TLS_CERT',
      'is not set, and TLS needs both.',
      'Name both files.',
    );
  }
  if (env.GORDON_LISTEN_PLAIN === '1') return { address, port, token };
  throw wrong(
    'GORDON_LISTEN',
    'the token would travel in plain text.',
    'Name the PEM files of a certificate in GORDON_TLS_CERT and GORDON_TLS_KEY, or set GORDON_LISTEN_PLAIN=1 where a proxy in front speaks TLS or nobody else is in the network.',
  );
}

const wrong = (subject: string, message: string, remedy: string): GordonError =>
  new GordonError({ code: 'bad-environment', subject, message, remedy });
