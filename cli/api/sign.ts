import { AwsClient } from 'aws4fetch';
import { badInput, CliError } from '../failure.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Adds to a request what identifies the caller. */
export type Sign = (request: Request) => Promise<Request>;

export interface Caller {
  readonly sign: Sign;
  /** what to do when the API refuses this caller */
  readonly remedy: string;
}

const ANONYMOUS: Caller = {
  sign: async (request) => request,
  remedy: 'Say who calls: GORDON_API_TOKEN, GORDON_API_KEY, or GORDON_API_AUTH=iam for AWS credentials.',
};

/**
 * By what the environment names: a token, a key of the usage plan, or AWS credentials, which are also the default at an
 * address of API Gateway, for that is how a deployment is closed by default.
 * @throws CliError
 */
export function callerOf(url: string, env: Env): Caller {
  const { GORDON_API_TOKEN: token, GORDON_API_KEY: key, GORDON_API_AUTH: auth } = env;
  if (token) {
    const sign = signWith('authorization', `Bearer ${token}`);
    return { sign, remedy: 'Set GORDON_API_TOKEN to a token that it trusts.' };
  }
  if (key) {
    const sign = signWith('x-api-key', key);
    return { sign, remedy: "Set GORDON_API_KEY to a key of the deployment's usage plan." };
  }
  if (auth && auth !== 'iam' && auth !== 'none') {
    throw badInput(`GORDON_API_AUTH is "${auth}": it is iam or none`);
  }
  if (auth === 'none' || (!auth && !gatewayRegion(url))) return ANONYMOUS;
  const sign = signWithAws(regionOf(url, env), userCredentials());
  return { sign, remedy: 'Your AWS credentials may not call it: they need execute-api:Invoke.' };
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** As the SDK and the AWS CLI find them: environment, profile, SSO, container, instance. */
function userCredentials(): () => Promise<Credentials> {
  let provider: Promise<() => Promise<Credentials>> | undefined;
  return async () => {
    // Loaded when it is needed, for most commands talk to the host of this machine; and once, for it keeps what it found.
    provider ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return (await provider)();
  };
}

const signWith =
  (header: string, value: string): Sign =>
  async (request) => {
    const signed = new Request(request);
    signed.headers.set(header, value);
    return signed;
  };

/** AWS Signature Version 4. Credentials are resolved for each request: those of a session expire. */
export function signWithAws(region: string, credentials: () => Promise<Credentials>): Sign {
  return async (request) => {
    const found = await credentials().catch((error: unknown) => {
      const remedy = 'log in with `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID';
      throw new CliError(
        `no AWS credentials (${error instanceof Error ? error.message : error}): ${remedy}`,
        1,
        error,
      );
    });
    return new AwsClient({ ...found, service: 'execute-api', region, retries: 0 }).sign(request);
  };
}

const gatewayRegion = (url: string): string | undefined =>
  /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(new URL(url).hostname)?.[1];

/** @throws CliError when neither the URL nor the environment names one */
function regionOf(url: string, env: Env): string {
  const region = gatewayRegion(url) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region) return region;
  throw badInput(`${url} does not name its region: set AWS_REGION`);
}
