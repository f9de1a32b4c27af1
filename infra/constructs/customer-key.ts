import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { DeployOptions } from '../context.ts';

/** Services that use the key for who calls them. */
const SERVICES = ['dynamodb', 'lambda', 's3', 'secretsmanager'] as const;

const ID = 'Key';

/** The key of the stack that a construct is in; undefined where the keys of the services encrypt. */
export const keyOf = (scope: IConstruct): IKey | undefined =>
  Stack.of(scope).node.tryFindChild(ID) as IKey | undefined;

/**
 * Makes, or names, the key of the account's own that encrypts job table, secrets, buckets, logs and the environments of functions. It has to be
 * there before them.
 */
export function customerKey(stack: Stack, { encryptionKey }: DeployOptions): void {
  if (encryptionKey === 'aws') return;
  if (encryptionKey !== 'new') return void Key.fromKeyArn(stack, ID, encryptionKey);
  const key = new Key(stack, ID, {
    description: 'gordon-data: job table, secrets, buckets, logs',
    enableKeyRotation: true,
    // What it encrypted and somebody kept would be lost with it.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  key.addToResourcePolicy(forLogs(stack));
}

/** CloudWatch Logs uses the key in its own name, not in a caller's: it needs a statement of its own in the key's policy. */
function forLogs({ partition, region, account }: Stack): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
    actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'],
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
    },
  });
}

/** Lets a role use the key through the services that it calls, and in no other way. */
export function allowUse(key: IKey): PolicyStatement {
  const { region } = Stack.of(key);
  return new PolicyStatement({
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': SERVICES.map((service) => `${service}.${region}.amazonaws.com`) },
    },
  });
}

/** The property of a log or a secret that names the key. */
export const encryptedWith = (key: IKey | undefined): { readonly encryptionKey?: IKey } =>
  key ? { encryptionKey: key } : {};

/** How a bucket is encrypted; with a key for all objects of a day, so that not every object is a request to KMS. */
export const bucketEncryption = (
  key: IKey | undefined,
): Pick<BucketProps, 'encryption' | 'encryptionKey' | 'bucketKeyEnabled'> =>
  key
    ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
    : { encryption: BucketEncryption.S3_MANAGED };
