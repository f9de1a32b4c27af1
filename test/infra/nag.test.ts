import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OPTIONS } from '../../infra/context.ts';
import { NOWHERE, synth, validate } from './support/synth.ts';

/** The checks, and what they would find if nothing were acknowledged. */
function notingChecks() {
  const checks = new AwsSolutionsChecks();
  const excused: string[] = [];
  const { isAcknowledged } = checks as unknown as { isAcknowledged(on: IConstruct, rule: string): boolean };
  const noted = (on: IConstruct, rule: string): boolean => {
    const is = isAcknowledged.call(checks, on, rule);
    if (is) excused.push(`${rule} ${on.node.path}`);
    return is;
  };
  return { checks: Object.assign(checks, { isAcknowledged: noted }), excused };
}

const findings = (scope: IConstruct, checks = new AwsSolutionsChecks()): string[] =>
  checks
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((resource) => `${ruleName} ${resource.constructPath}`),
    );

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
  const { stack } = synth(options);
  const { checks, excused } = notingChecks();
  const found = findings(stack, checks);
  expect(found).toEqual([]);
  const all = [...found, ...excused];
  const idle = acknowledged(stack).filter(
    ({ rule, path }) => !all.some((finding) => finding.startsWith(`${rule} ${path}/`)),
  );
  expect(idle).toEqual([]);
  for (const { reason } of acknowledged(stack)) expect(reason.length).toBeGreaterThan(20);
});

it('finds nothing where account and region are not known', () => {
  expect(findings(synth({ vpc: 'new' }, { env: {} }).stack)).toEqual([]);
});

it('would find something', () => {
  const stack = new Stack(new App(), 'Careless');
  new Bucket(stack, 'Open');
  expect(findings(stack)).toContain('AwsSolutions-S10 Careless/Open/Resource');
});

const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
/** In regions of all kinds. Every option is in one of them, as what reads a template has it without validation. */
const VALIDATED: [string, string, Record<string, unknown>][] = [
  ['eu-central-1', 'as it comes', {}],
  [
    'us-east-1',
    'whose data and secrets are elsewhere',
    {
      databaseSecret: secret('owner'),
      writerSecret: secret('writer'),
      readerSecret: secret('reader'),
      aggregatesSecret: secret('aggregates'),
      fredSecret: secret('fred'),
      exports: 'market-data',
      exportKeySecret: secret('key'),
      files: 'off',
      GORDON_BINANCE_SPOT_URL: 'https://spot.example',
      auth: 'cognito',
      userPool: pool,
      scopes: 'gordon-data/',
      databaseCa: 'test/fixtures/tls/ca.pem',
    },
  ],
  [
    'us-gov-west-1',
    'that somebody watches',
    {
      alarmEmail: 'ops@example.com',
      runbook: 'https://wiki.example/gordon',
      stack: 'Market',
      architecture: 'x86_64',
      stateLog: 'error',
      logDays: '90',
      apiRate: '5',
      apiBurst: '6',
      fetchers: '16',
      databaseInsecure: 'on',
      auth: 'api-key',
      exports: 'new',
    },
  ],
  [
    'ca-central-1',
    'that stays',
    {
      removal: 'retain',
      schedules: 'off',
      vpc: 'new',
      migrate: 'later',
      apiLogs: 'off',
      auth: 'jwt',
      jwtIssuer: 'https://issuer.example',
      jwtAudience: 'gordon',
      encryptionKey: 'new',
    },
  ],
  ['ap-northeast-1', 'of LocalStack', { host: 'localstack', venues: 'simulated' }],
];

describe('what CloudFormation validates', () => {
  // Without the CLI the app prints its own warnings.
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
  afterEach(() => vi.restoreAllMocks());

  let found: string | undefined;
  /** What is wrong with any of them. The first test has all validated at once. */
  const findingsInAll = (): string => {
    const stacks = VALIDATED.map(([region, , options]) => ({ options, env: { ...NOWHERE, region } }));
    found ??= validate([...stacks, { options: {}, env: {} }]);
    return found;
  };

  it.each(VALIDATED)('is a stack in %s %s', () => {
    expect(findingsInAll()).toBe('');
  });

  it('is a stack without an account', () => {
    expect(findingsInAll()).toBe('');
  });

  it('is each option', () => {
    const names = new Set(VALIDATED.flatMap(([, , options]) => Object.keys(options)));
    expect(Object.keys(OPTIONS).filter((name) => !names.has(name))).toEqual([]);
  });

  it('would be refused', () => {
    const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
    const stack = new Stack(app, 'Mistyped');
    new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue', properties: { VisibilityTimeout: 'soon' } });
    expect(() => app.synth()).toThrow(/alidation/);
  });
});
