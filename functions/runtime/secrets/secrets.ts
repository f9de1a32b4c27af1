import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GordonError } from '../../core/errors/errors.ts';
import { awsConfig } from '../aws-config.ts';
import type { Variables } from '../venues/hosts.ts';

const SUFFIX = '_SECRET_ARN';

/** The text of a secret. @throws whatever Secrets Manager answers */
export type ReadSecret = (arn: string) => Promise<string | undefined>;

/**
 * The environment with its secrets read: for each `X_SECRET_ARN` the secret's text is `X`. A value that is there already
 * stands, so that a person can override a secret.
 * @throws GordonError `secret-unreadable`
 */
export async function withSecrets(
  variables: Variables,
  read: ReadSecret = secretsManager(variables),
): Promise<Variables> {
  const wanted = Object.entries(variables).flatMap(([key, arn]) =>
    key.endsWith(SUFFIX) && arn && !variables[key.slice(0, -SUFFIX.length)]
      ? [[key.slice(0, -SUFFIX.length), arn] as const]
      : [],
  );
  const secrets = await Promise.all(
    wanted.map(async ([key, arn]) => [key, await readable(key, arn, read)] as const),
  );
  return { ...variables, ...Object.fromEntries(secrets) };
}

/** What a deployment's variables begin with; the keys of venues have names without it that their users know. */
const PREFIX = 'GORDON_';

/** The variables with `GORDON_X` also as `X` for the named keys, where `X` itself is not set. */
export function withKeys(variables: Variables, keys: readonly string[]): Variables {
  const given = keys.filter((key) => !variables[key] && variables[PREFIX + key]);
  return { ...variables, ...Object.fromEntries(given.map((key) => [key, variables[PREFIX + key]])) };
}

/**
 * Reads the secret behind a variable again.
 * @returns undefined where the variable has no secret, or a value of its own
 */
export function rereads(
  variables: Variables,
  read: ReadSecret = secretsManager(variables),
): (key: string) => (() => Promise<string>) | undefined {
  return (key) => {
    const arn = variables[key + SUFFIX];
    return arn && !variables[key] ? () => readable(key, arn, read) : undefined;
  };
}

async function readable(key: string, arn: string, read: ReadSecret): Promise<string> {
  let cause: unknown = 'it holds no text';
  try {
    const text = await read(arn);
    if (text) return text;
  } catch (error) {
    cause = error;
  }
  throw new GordonError({
    code: 'secret-unreadable',
    subject: key,
    cause,
    status: 503,
    message: 'its secret could not be read.',
    remedy: `Check that ${arn} exists, holds plain text and that this function may read it.`,
  });
}

function secretsManager(variables: Variables): ReadSecret {
  let client: SecretsManagerClient | undefined;
  return async (arn) => {
    client ??= new SecretsManagerClient(awsConfig(variables, 'SECRETS_MANAGER'));
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  };
}
