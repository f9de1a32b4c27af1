import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { expect, it } from 'vitest';
import { synthAnew } from './support/synth.ts';

const findings = (scope: IConstruct, checks = new AwsSolutionsChecks()): string[] =>
  checks
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((resource) => `${ruleName} ${resource.constructPath}`),
    );

/** What would be found if nothing were acknowledged. */
const findingsAtAll = (scope: IConstruct): string[] =>
  findings(scope, Object.assign(new AwsSolutionsChecks(), { isAcknowledged: () => false }));

/** `rule path` of each acknowledgement. */
const acknowledged = (scope: IConstruct): { rule: string; path: string; reason: string }[] =>
  scope.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]) => ({
            rule: id.replace(/^annotation::/i, ''),
            path: node.path,
            reason,
          })),
        ),
    )
    // The CDK's own constructs excuse themselves to its own rules.
    .filter(({ rule }) => rule.startsWith('AwsSolutions-'));

const pool = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_abc';

it.each([
  ['as it comes', {}],
  ['with API keys', { auth: 'api-key' }],
  ['with a user pool', { auth: 'cognito', userPool: pool }],
  ['with tokens', { auth: 'jwt', jwtIssuer: 'https://issuer.example', jwtAudience: 'gordon' }],
  ['in a VPC of its own', { vpc: 'new' }],
  ['with exports into a bucket of its own', { exports: 'new' }],
  ['with exports into a bucket of the operator', { exports: 'market-data' }],
  ['without files', { files: 'off' }],
  ['with a key of its own', { encryptionKey: 'new', exports: 'new' }],
  ['with logs for errors only, the API silent', { apiLogs: 'off' }],
])('AwsSolutions finds nothing in the stack %s, and nothing is excused that is not there', (_, options) => {
  const { stack } = synthAnew(options);
  expect(findings(stack)).toEqual([]);
  const all = findingsAtAll(stack);
  const idle = acknowledged(stack).filter(
    ({ rule, path }) => !all.some((finding) => finding.startsWith(`${rule} ${path}/`)),
  );
  expect(idle).toEqual([]);
  for (const { reason } of acknowledged(stack)) expect(reason.length).toBeGreaterThan(20);
});

it('finds nothing where account and region are not known', () => {
  expect(findings(synthAnew({ vpc: 'new' }, { env: {} }).stack)).toEqual([]);
});

it('would find something', () => {
  const stack = new Stack(new App(), 'Careless');
  new Bucket(stack, 'Open');
  expect(findings(stack)).toContain('AwsSolutions-S10 Careless/Open/Resource');
});
