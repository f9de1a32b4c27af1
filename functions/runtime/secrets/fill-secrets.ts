import { randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  LOGIN_NAMES,
  type Logins,
  loginsIn,
  urlFor,
  variablesOf,
} from '../../stores/postgres/roles/logins.ts';
import { awsConfig } from '../aws-config.ts';
import type { Variables } from '../venues/hosts.ts';

/** A secret's text. */
export interface SecretStore {
  get(arn: string): Promise<string | undefined>;
  put(arn: string, text: string): Promise<void>;
}

/**
 * The logins whose secrets the stack made. One that names no login of the owner's database yet gets the URL of a new one, with a new
 * password. The secret comes first: a migration that is interrupted afterwards finds it, and sets that password.
 * @param variables `GORDON_FILLED_SECRETS` names variables, such as `GORDON_READER_URL`, whose `…_SECRET_ARN` has the secret
 * @param owner URL of the login that owns the database
 */
export async function fillSecrets(
  variables: Variables,
  owner: string,
  store: SecretStore = secretsManager(variables),
): Promise<Logins> {
  const filled = (variables.GORDON_FILLED_SECRETS ?? '').split(',').filter(Boolean);
  const fresh = variablesOf({
    writer: fresher(owner, LOGIN_NAMES.writer),
    reader: fresher(owner, LOGIN_NAMES.reader),
    refresher: fresher(owner, LOGIN_NAMES.refresher),
  });
  const urls = await Promise.all(
    filled.map(async (name) => {
      const arn = variables[`${name}_SECRET_ARN`]!;
      const kept = await store.get(arn);
      if (kept && leadsTo(kept, owner)) return [name, kept] as const;
      await store.put(arn, fresh[name]!);
      return [name, fresh[name]!] as const;
    }),
  );
  return loginsIn(Object.fromEntries(urls));
}

const fresher = (owner: string, name: string): string =>
  urlFor(owner, name, randomBytes(32).toString('base64url'));

/** Whether a URL is one of the same database, parameters included. */
function leadsTo(text: string, owner: string): boolean {
  const [url, own] = [URL.parse(text), new URL(owner)];
  return url !== null && url.host === own.host && url.pathname === own.pathname && url.search === own.search;
}

function secretsManager(variables: Variables): SecretStore {
  const client = new SecretsManagerClient(awsConfig(variables, 'SECRETS_MANAGER'));
  return {
    get: async (arn) => (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString,
    put: async (arn, text) => {
      await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
    },
  };
}
