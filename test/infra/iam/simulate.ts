import { runSimulation } from '@cloud-copilot/iam-simulate';
import { NOWHERE } from '../support/synth.ts';
import { type Account, regional } from './account.ts';
import type { Need } from './calls.ts';

export type Decide = (construct: string, need: Need) => Promise<boolean>;

/** Whether a function's role, or a service of AWS by its name, may do something, by AWS's rules for policies. */
export function decider(account: Account): Decide {
  const made = new Map<string, Promise<boolean>>();
  return (construct, need) => {
    const key = JSON.stringify([construct, need]);
    const decided = made.get(key) ?? simulate(account, construct, need);
    made.set(key, decided);
    return decided;
  };
}

async function simulate(
  account: Account,
  construct: string,
  { action, resource, context }: Need,
): Promise<boolean> {
  const [, bucket] = /^arn:aws:s3:::([^/]+)/.exec(resource) ?? [];
  const role = regional('sts', `assumed-role/${construct}/lambda`).replace(`:${NOWHERE.region}:`, '::');
  const isService = construct.endsWith('.amazonaws.com');
  const simulated = await runSimulation(
    {
      request: {
        principal: isService ? construct : role,
        action,
        resource: { resource, accountId: NOWHERE.account },
        contextVariables: known(context),
      },
      identityPolicies: isService ? [] : [{ name: construct, policy: account.policyOf(construct) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(bucket && { resourcePolicy: account.bucketPolicyOf(bucket) }),
      ...(action.startsWith('kms:') && { resourcePolicy: known(account.keyPolicyOf(resource)) }),
    },
    {},
  );
  if (simulated.resultType === 'error') {
    throw new Error(`${construct}, ${action} on ${resource}: ${JSON.stringify(simulated.errors)}`);
  }
  return simulated.overallResult === 'Allowed';
}

/** The simulation drops conditions on an encryption context, whose keys anybody may name: another ARN that it knows stands for the log's. */
const known = <T extends object>(given: T): T =>
  JSON.parse(JSON.stringify(given).replaceAll('kms:EncryptionContext:aws:logs:arn', 'aws:SourceArn')) as T;
