import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULTS, OPTIONS, OptionError, readContext } from '../../infra/context.ts';
import { NOWHERE, synth } from './support/synth.ts';

describe('options', () => {
  it('are the defaults when nothing is set, and the feature flags are no options', () => {
    expect(readContext({ '@aws-cdk/core:x': true, 'aws:cdk:y': [], 'cli-telemetry': false })).toEqual({
      ...DEFAULTS,
      variables: {},
    });
  });

  it('come from the command line as text', () => {
    expect(readContext({ apiRate: '7', logDays: '90', fetchers: '16' })).toMatchObject({
      apiRate: 7,
      logDays: 90,
      fetchers: 16,
    });
  });

  it.each([
    ['a word that is not an option', { aut: 'iam' }, 'aut: no such option'],
    ['a value that is no choice', { auth: 'basic' }, 'auth: Invalid option: expected one of "iam"'],
    ['a retention that CloudWatch does not have', { logDays: '8' }, 'logDays: one of 1, 3, 5'],
    ['a user pool that is missing', { auth: 'cognito' }, 'userPool: auth=cognito needs it'],
    [
      'an issuer without TLS',
      { auth: 'jwt', jwtAudience: 'a', jwtIssuer: 'http://x.example' },
      'jwtIssuer: an https',
    ],
    [
      'an audience that is missing',
      { auth: 'jwt', jwtIssuer: 'https://x.example' },
      'jwtAudience: auth=jwt needs it',
    ],
    ['a VPC that is none', { vpc: 'default' }, 'vpc: none, new or the id'],
    ['a secret by name', { databaseSecret: 'warehouse' }, 'databaseSecret: the ARN of a secret'],
    ['a variable that the stack sets', { GORDON_EGRESS: 'x' }, 'GORDON_EGRESS: the stack sets it'],
    ['a CA that is not a file', { databaseCa: 'no.pem' }, 'databaseCa: a file with certificates'],
    ['scopes without tokens', { scopes: 'gordon-data/' }, 'scopes: needs auth=cognito or auth=jwt'],
    ['no fetcher', { fetchers: '0' }, 'fetchers: '],
    ['invented data on AWS', { venues: 'simulated' }, 'venues: simulated needs host=localstack'],
  ])('refuse %s with a sentence', (_, context, words) => {
    expect(() => readContext(context)).toThrow(OptionError);
    expect(() => readContext(context)).toThrow(`-c ${words}`);
  });

  it('name every fault at once', () => {
    const all = () => readContext({ aut: 'iam', vpc: 'x', logDays: '8', GORDON_JOB_TABLE: 'mine' });
    expect(all).toThrow(/logDays[\s\S]*GORDON_JOB_TABLE/);
  });

  it('are all in the table of infra/README.md, with their defaults', () => {
    const readme = readFileSync('infra/README.md', 'utf8');
    const rows = Array.from(readme.matchAll(/^\| `(\w+)` *\|(.*?)\|(.*?)\|/gm), (row) => [
      row[1],
      row[3]!.trim(),
    ]);
    const wanted = Object.keys(OPTIONS).map((name) => {
      const standard = (DEFAULTS as Record<string, unknown>)[name];
      return [name, standard === undefined ? '' : `\`${standard}\``];
    });
    expect(rows).toEqual(wanted);
  });
});

describe('the region', () => {
  // Without the CLI the app prints its own warnings.
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
  afterEach(() => vi.restoreAllMocks());

  const warnings = (region: string, options = {}) => {
    const { app } = synth(options, { env: { ...NOWHERE, region } });
    return app.synth().stacks[0]!.messages.map(({ level, entry }) => `${level}: ${entry.data}`);
  };

  it.each(['us-east-1', 'us-gov-west-1', 'ca-central-1'])('%s is warned of', (region) => {
    expect(warnings(region).join()).toMatch(
      /^warning: Binance refuses addresses in .*GORDON_BINANCE_SPOT_URL/,
    );
  });

  it.each(['eu-central-1', 'ap-northeast-1'])('%s is not', (region) => {
    expect(warnings(region)).toEqual([]);
  });

  it('of LocalStack is only a name', () => {
    expect(warnings('us-east-1', { host: 'localstack' })).toEqual([]);
  });
});

describe('a VPC that is looked up', () => {
  const vpc = 'vpc-0123abcd';

  it('needs to know where', () => {
    expect(() => synth({ vpc }, { env: {} })).toThrow(/AWS_REGION/);
  });

  it('has the functions in its private subnets', () => {
    const where = `account=${NOWHERE.account}:filter.vpc-id=${vpc}:region=${NOWHERE.region}`;
    const subnet = (type: string, subnetId: string) => ({
      type,
      name: type,
      subnets: [
        { subnetId, cidr: '10.0.0.0/24', availabilityZone: 'eu-central-1a', routeTableId: 'rtb-0123abcd' },
      ],
    });
    const found = {
      vpcId: vpc,
      vpcCidrBlock: '10.0.0.0/16',
      availabilityZones: [],
      subnetGroups: [subnet('Public', 'subnet-0123abcd'), subnet('Private', 'subnet-4567abcd')],
    };
    const { template } = synth({ vpc, [`vpc-provider:${where}:returnAsymmetricSubnets=true`]: found });
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: vpc });
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['subnet-4567abcd'] },
    });
  });
});
