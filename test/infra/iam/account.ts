import { withoutHash } from '../support/grants.ts';
import { STORE_KEYS } from '../support/keys.ts';
import { NOWHERE, type Resource, type Synthesized } from '../support/synth.ts';

const { account: ACCOUNT, region: REGION } = NOWHERE;

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: object;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** The resources of a template as they are once they are deployed: named by their logical ids without the hashes. */
export interface Account {
  /** variables of a function, by the logical id of its construct, such as `FetchChunk` */
  environmentOf(construct: string): Record<string, string>;
  /** what its role may do */
  policyOf(construct: string): Policy;
  /** what a bucket itself says, by its name */
  bucketPolicyOf(bucket: string): Policy | undefined;
  /** ARN of the customer's key that encrypts a table with its indexes, a bucket with its objects or a secret; undefined: the service's own does */
  keyOf(arn: string): string | undefined;
  /** what a key itself says: of a key that is not the stack's, what AWS gives each key, so that policies of the account decide */
  keyPolicyOf(arn: string): Policy;
  /** the key of a function's environment and of its log */
  keysOf(construct: string): { readonly environment: string | undefined; readonly log: string | undefined };
  /** the name of the one resource of a type whose logical id begins so */
  nameOf(type: string, begin: string): string;
}

export function accountOf({ template, of }: Synthesized): Account {
  const resources = (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
  const resolve = resolver(resources);
  const only = (type: string, begin: string): [string, Resource] => {
    const found = Object.entries(of(type)).filter(([id]) => withoutHash(id) === begin);
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} are called ${begin}`);
    return found[0]!;
  };
  return {
    environmentOf(construct) {
      const [, lambda] = only('AWS::Lambda::Function', `${construct}Function`);
      const { Variables } = lambda.Properties.Environment as { Variables: object };
      return resolve(Variables) as Record<string, string>;
    },
    policyOf(construct) {
      const [, policy] = only('AWS::IAM::Policy', `${construct}RoleDefaultPolicy`);
      return resolve(policy.Properties.PolicyDocument) as Policy;
    },
    bucketPolicyOf(bucket) {
      const policy = Object.values(of('AWS::S3::BucketPolicy')).find(
        ({ Properties }) => resolve(Properties.Bucket) === bucket,
      );
      return policy && (resolve(policy.Properties.PolicyDocument) as Policy);
    },
    keyOf(arn) {
      for (const [type, keyIn] of Object.entries(STORE_KEYS)) {
        const found = Object.entries(of(type)).find(([id]) => {
          const own = arnOf(resources, id);
          return arn === own || arn.startsWith(`${own}/`);
        });
        const key = found && keyIn(found[1].Properties as never);
        if (found) return key === undefined ? undefined : (resolve(key) as string);
      }
      return undefined;
    },
    keyPolicyOf(arn) {
      const found = Object.entries(of('AWS::KMS::Key')).find(([id]) => arnOf(resources, id) === arn);
      return found ? (resolve(found[1].Properties.KeyPolicy) as Policy) : LEFT_TO_THE_ACCOUNT;
    },
    keysOf(construct) {
      const [, lambda] = only('AWS::Lambda::Function', `${construct}Function`);
      const [, log] = only('AWS::Logs::LogGroup', `${construct}Log`);
      const text = (key: unknown) => (key === undefined ? undefined : (resolve(key) as string));
      return { environment: text(lambda.Properties.KmsKeyArn), log: text(log.Properties.KmsKeyId) };
    },
    nameOf: (type, begin) => nameOf(resources, only(type, begin)[0]),
  };
}

const LEFT_TO_THE_ACCOUNT: Policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

/** Replaces the functions of a template by what they stand for. Parameters stand for their own names. */
function resolver(resources: Readonly<Record<string, Resource>>): (value: unknown) => unknown {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const [[name, given] = [], ...others] = Object.entries(value);
    if (others.length === 0 && name === 'Ref') return referenceTo(resources, given as string);
    if (others.length === 0 && name?.startsWith('Fn::')) {
      return FUNCTIONS[name as keyof typeof FUNCTIONS](given as never, resolve, resources);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  return resolve;
}

type Resolve = (value: unknown) => unknown;

const FUNCTIONS = {
  'Fn::Join': ([by, parts]: [string, unknown[]], resolve: Resolve) => parts.map(resolve).join(by),
  'Fn::GetAtt': ([id, name]: [string, string], _: Resolve, resources: Readonly<Record<string, Resource>>) => {
    if (name !== 'Arn') throw new Error(`${id}.${name} is an attribute that no test knows`);
    return arnOf(resources, id);
  },
  // The place of the database.
  'Fn::Select': () => 'db.example:5432/warehouse',
};

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/GordonData/0`,
  'AWS::URLSuffix': 'amazonaws.com',
};

function referenceTo(resources: Readonly<Record<string, Resource>>, id: string): string {
  const { Type: type } = resources[id] ?? {};
  // A reference to these is their ARN.
  if (type === 'AWS::SecretsManager::Secret') return arnOf(resources, id);
  return PSEUDO[id] ?? (type ? nameOf(resources, id) : id);
}

/** A bucket's name has no capitals. */
const nameOf = (resources: Readonly<Record<string, Resource>>, id: string): string =>
  resources[id]!.Type === 'AWS::S3::Bucket' ? withoutHash(id).toLowerCase() : withoutHash(id);

const KINDS: Readonly<Record<string, (name: string) => string>> = {
  'AWS::DynamoDB::Table': (name) => regional('dynamodb', `table/${name}`),
  'AWS::Events::EventBus': (name) => regional('events', `event-bus/${name}`),
  'AWS::KMS::Key': () => regional('kms', 'key/00000000-0000-0000-0000-000000000000'),
  'AWS::Lambda::Function': (name) => regional('lambda', `function:${name}`),
  'AWS::Logs::LogGroup': (name) => regional('logs', `log-group:${name}:*`),
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::SecretsManager::Secret': (name) => regional('secretsmanager', `secret:${name}-AbCdEf`),
  'AWS::SQS::Queue': (name) => regional('sqs', name),
};

function arnOf(resources: Readonly<Record<string, Resource>>, id: string): string {
  const { Type: type } = resources[id]!;
  const arn = KINDS[type];
  if (!arn) throw new Error(`${id} is of a type without an ARN here: ${type}`);
  return arn(nameOf(resources, id));
}

export const regional = (service: string, rest: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
