import { CfnParameter, Fn, SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { UNFILLED } from '../../functions/stores/postgres/roles/logins.ts';
import type { DeployOptions } from '../context.ts';
import { acknowledge } from './acknowledge.ts';
import { encryptedWith, keyOf } from './customer-key.ts';

/** What functions may read, by the variable that a secret's text becomes. */
export interface Secrets {
  /** of the login that owns the schema */
  readonly GORDON_DATABASE_URL: ISecret;
  /** absent, as the next two, on LocalStack alone: then the owner's stands for it */
  readonly GORDON_WRITER_URL?: ISecret;
  readonly GORDON_READER_URL?: ISecret;
  readonly GORDON_AGGREGATES_URL?: ISecret;
  readonly GORDON_FRED_API_KEY?: ISecret;
  /** absent: exports are not signed */
  readonly GORDON_EXPORT_KEY?: ISecret;
  /** variables whose secrets are the stack's own, and are filled by the migration */
  readonly filled: readonly LoginVariable[];
}

export type LoginVariable = 'GORDON_WRITER_URL' | 'GORDON_READER_URL' | 'GORDON_AGGREGATES_URL';

/** What a secret of the stack's own is for, by its variable. */
const LOGINS = {
  GORDON_WRITER_URL: { id: 'WriterUrlSecret', option: 'writerSecret', what: 'writes rows and ledger' },
  GORDON_READER_URL: { id: 'ReaderUrlSecret', option: 'readerSecret', what: 'only reads' },
  GORDON_AGGREGATES_URL: {
    id: 'AggregatesUrlSecret',
    option: 'aggregatesSecret',
    what: 'owns the aggregates',
  },
} as const satisfies Record<LoginVariable, { id: string; option: keyof DeployOptions; what: string }>;

export function secrets(scope: Construct, options: DeployOptions): Secrets {
  const { databaseSecret, fredSecret, exportKeySecret } = options;
  const given = (id: string, arn: string): ISecret => Secret.fromSecretCompleteArn(scope, id, arn);
  const variables = Object.keys(LOGINS) as LoginVariable[];
  // Nothing fills a secret where the stack runs no migration.
  const made = options.host === 'aws' ? variables.filter((name) => !options[LOGINS[name].option]) : [];
  const logins = variables.flatMap((name) => {
    const { id, option, what } = LOGINS[name];
    const arn = options[option];
    if (arn) return [[name, given(id, arn)] as const];
    return made.includes(name) ? [[name, ownLogin(scope, id, what)] as const] : [];
  });
  return {
    ...Object.fromEntries(logins),
    GORDON_DATABASE_URL: databaseSecret
      ? given('DatabaseUrlSecret', databaseSecret)
      : (ownDatabaseSecret(scope) as ISecret),
    ...(fredSecret && { GORDON_FRED_API_KEY: given('FredKey', fredSecret) }),
    ...(exportKeySecret && { GORDON_EXPORT_KEY: given('ExportKey', exportKeySecret) }),
    filled: made,
  };
}

/**
 * Host, port and database of the URL, without its login. What has it among its properties changes with the database, though the secret stays
 * the same. The URL is a parameter that CloudFormation hides, so its password must not be in this part: an `@` in one is written as `%40`.
 * @returns undefined where the operator's own secret has the URL
 */
export function databasePlace(scope: Construct, { databaseSecret }: DeployOptions): string | undefined {
  if (databaseSecret) return undefined;
  const url = scope.node.findChild('DatabaseUrl') as CfnParameter;
  return Fn.select(1, Fn.split('@', url.valueAsString));
}

function ownLogin(scope: Construct, id: string, what: string): ISecret {
  const secret = new Secret(scope, id, {
    description: `URL of the login that ${what}; the migration makes both`,
    ...encryptedWith(keyOf(scope)),
    secretStringValue: SecretValue.unsafePlainText(UNFILLED),
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4': 'A new password is a new URL: delete its text and migrate to get one.',
  });
  return secret as ISecret;
}

/** Filled from a parameter of the deployment, which CloudFormation hides and keeps for the next one. */
function ownDatabaseSecret(scope: Construct): Secret {
  const url = new CfnParameter(scope, 'DatabaseUrl', {
    noEcho: true,
    allowedPattern: '^postgres(ql)?://[^@\\s]+@[^@\\s]+$',
    constraintDescription:
      'a URL such as postgres://user:password@host:5432/database?sslmode=require, with an @ of the password as %40',
    description: 'URL of the TimescaleDB or PostgreSQL database that the warehouse is in',
  });
  const secret = new Secret(scope, 'DatabaseUrlSecret', {
    description: 'URL of the warehouse, with its password',
    ...encryptedWith(keyOf(scope)),
    secretStringValue: SecretValue.cfnParameter(url),
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'The database is not of this stack: its owner rotates its password and deploys again.',
  });
  return secret;
}
