import { runSimulation } from '@cloud-copilot/iam-simulate';
import { NOWHERE } from '../support/synth.ts';
import { type Account, regional } from './account.ts';
import type { Need } from './calls.ts';

export type Decide = (construct: string, need: Need) => Promise<boolean>;

/** Whether a function's role may do something, by AWS's rules for policies. */
export function decider(account: Account): Decide {
  const known = new Map<string, Promise<boolean>>();
  return (construct, need) => {
    const key = JSON.stringify([construct, need]);
    const decided = known.get(key) ?? simulate(account, construct, need);
    known.set(key, decided);
    return decided;
  };
}

async function simulate(
  account: Account,
  construct: string,
  { action, resource, context }: Need,
): Promise<boolean> {
  const [, bucket] = /^arn:aws:s3:::([^/]+)/.exec(resource) ?? [];
  const simulated = await runSimulation(
    {
      request: {
        principal: regional('sts', `assumed-role/${construct}/lambda`).replace(`:${NOWHERE.region}:`, '::'),
        action,
        resource: { resource, accountId: NOWHERE.account },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: construct, policy: account.policyOf(construct) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(bucket && { resourcePolicy: account.bucketPolicyOf(bucket) }),
    },
    {},
  );
  if (simulated.resultType === 'error') {
    throw new Error(`${construct}, ${action} on ${resource}: ${JSON.stringify(simulated.errors)}`);
  }
  return simulated.overallResult === 'Allowed';
}
