import { CfnParameter, SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DeployOptions } from '../context.ts';
import { acknowledge } from './acknowledge.ts';

/** What functions may read, by the variable that a secret's text becomes. */
export interface Secrets {
  readonly GORDON_DATABASE_URL: ISecret;
  /** absent: the aggregates belong to the login of GORDON_DATABASE_URL */
  readonly GORDON_AGGREGATES_URL?: ISecret;
  readonly GORDON_FRED_API_KEY?: ISecret;
  /** absent: exports are not signed */
  readonly GORDON_EXPORT_KEY?: ISecret;
}

export function secrets(
  scope: Construct,
  { databaseSecret, aggregatesSecret, fredSecret, exportKeySecret }: DeployOptions,
): Secrets {
  return {
    ...(aggregatesSecret && {
      GORDON_AGGREGATES_URL: Secret.fromSecretCompleteArn(scope, 'AggregatesUrlSecret', aggregatesSecret),
    }),
    GORDON_DATABASE_URL: databaseSecret
      ? Secret.fromSecretCompleteArn(scope, 'DatabaseUrlSecret', databaseSecret)
      : (ownDatabaseSecret(scope) as ISecret),
    ...(fredSecret && { GORDON_FRED_API_KEY: Secret.fromSecretCompleteArn(scope, 'FredKey', fredSecret) }),
    ...(exportKeySecret && {
      GORDON_EXPORT_KEY: Secret.fromSecretCompleteArn(scope, 'ExportKey', exportKeySecret),
    }),
  };
}

/** Filled from a parameter of the deployment, which CloudFormation hides and keeps for the next one. */
function ownDatabaseSecret(scope: Construct): Secret {
  const url = new CfnParameter(scope, 'DatabaseUrl', {
    noEcho: true,
    allowedPattern: '^postgres(ql)?://\\S+$',
    constraintDescription: 'a URL such as postgres://user:password@host:5432/database?sslmode=require',
    description: 'URL of the TimescaleDB or PostgreSQL database that the warehouse is in',
  });
  const secret = new Secret(scope, 'DatabaseUrlSecret', {
    description: 'URL of the warehouse, with its password',
    secretStringValue: SecretValue.cfnParameter(url),
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'The database is not of this stack: who owns it rotates its password and deploys again.',
  });
  return secret;
}
