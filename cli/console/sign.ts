import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AwsClient } from 'aws4fetch';
import { badInput, CliError } from '../failure.ts';

/** Adds to a request what tells the API who asks. */
export type Sign = (request: Request) => Promise<Request>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** As the SDK and the AWS CLI find them: environment, profile, SSO, container, instance. */
export const userCredentials = (): (() => Promise<Credentials>) => defaultProvider();

export const signWithToken =
  (token: string): Sign =>
  async (request) => {
    const signed = new Request(request);
    signed.headers.set('authorization', `Bearer ${token}`);
    return signed;
  };

/** AWS Signature Version 4. Credentials are asked for each time: those of a session end. */
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

/** @throws CliError when neither the URL nor the environment tells it */
export function regionOf(url: string, env: Readonly<Record<string, string | undefined>>): string {
  const told = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1];
  const region = told ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region) return region;
  throw badInput(`${url} does not tell its region: set AWS_REGION`);
}
