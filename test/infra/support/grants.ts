import type { Synthesized } from './synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/**
 * What an inline policy allows, as `action action on resource, resource`, all sorted.
 * @param policy the policy's logical id without its hash
 */
export function grants({ of }: Synthesized, policy: string): string[] {
  const found = Object.entries(of('AWS::IAM::Policy')).filter(([name]) => withoutHash(name) === policy);
  if (found.length !== 1) throw new Error(`${found.length} policies are called ${policy}`);
  const { Statement: statements } = found[0]![1].Properties.PolicyDocument as { Statement: Statement[] };
  return statements
    .map(({ Effect, Action, Resource }) => {
      const actions = [Action].flat().sort().join(' ');
      return `${Effect === 'Allow' ? '' : `${Effect} `}${actions} on ${[Resource].flat().map(nameOf).sort().join(', ')}`;
    })
    .sort();
}

/** `JobTable.Arn/index/by_status`: a reference of the template without its hashes. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::GetAtt': att, 'Fn::Join': join } = value as Record<string, never>;
  if (att) return `${withoutHash(att[0])}.${att[1]}`;
  if (join) return (join[1] as unknown[]).map(nameOf).join('');
  return withoutHash(String(ref));
}

/** `JobTable1B9B87C5` → `JobTable` */
export const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');
