import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Gives the reason why a finding of cdk-nag is accepted: by rule, or by one finding of a rule as `Rule[finding]`. */
export function acknowledge(scope: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(scope).acknowledge({ id, reason });
}

/** An ARN as cdk-nag writes it in a finding: `arn:<AWS::Partition>:states:…`. Names known at synth are left unchanged. */
export function asFinding(scope: IConstruct, arn: string): string {
  const flat = (node: unknown): string => {
    if (typeof node === 'string') return node;
    const {
      Ref: ref,
      'Fn::Join': join,
      'Fn::GetAtt': attribute,
    } = node as { Ref?: string; 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: string[] };
    if (attribute) return `<${attribute.join('.')}>`;
    return join ? join[1].map(flat).join(join[0]) : `<${ref}>`;
  };
  return flat(Stack.of(scope).resolve(arn));
}
