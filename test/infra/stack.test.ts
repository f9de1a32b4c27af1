import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TTL_ATTRIBUTE, tableDefinition } from '../../functions/stores/dynamodb/table.ts';
import { withoutHash } from './support/grants.ts';
import { type Resource, synth } from './support/synth.ts';

const plain = synth();

const resources = (template: typeof plain.template): [string, Resource][] =>
  Object.entries((template.toJSON() as { Resources: Record<string, Resource> }).Resources);

const retained = (template: typeof plain.template): string[] =>
  resources(template)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain'))
    .map(([id]) => withoutHash(id))
    .sort();

describe('the job table', () => {
  it('is the one that the job store expects', () => {
    const { TableName: _, ...expected } = tableDefinition('any');
    const [{ Properties }] = Object.values(plain.of('AWS::DynamoDB::Table')) as [Resource];
    const { AttributeDefinitions, ...rest } = expected;
    expect(Properties).toMatchObject({
      ...rest,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(Properties.AttributeDefinitions).toEqual(expect.arrayContaining(AttributeDefinitions!));
  });
});

describe('cdk destroy', () => {
  it('leaves the log role of the account and the bucket that empties itself, and nothing else', () => {
    expect(retained(plain.template).sort()).toEqual([
      'FilesBucket',
      'JobsApiAccount',
      'JobsApiCloudWatchRole',
    ]);
    expect(retained(synth({ apiLogs: 'off', vpc: 'new', files: 'off' }).template)).toEqual([]);
  });

  it('leaves the job table and the logs where the operator wants them', () => {
    const left = retained(synth({ removal: 'retain', apiLogs: 'off' }).template);
    expect(left).toContain('JobTable');
    expect(left).toContain('FetchChunkLog');
    expect(left).toContain('BackfillLog');
  });

  it('is not what a first deployment that failed does: it leaves nothing, and no name that is taken', () => {
    for (const options of [{}, { removal: 'retain', exports: 'new', vpc: 'new' }]) {
      for (const [id, { DeletionPolicy }] of resources(synth(options).template)) {
        expect([id, DeletionPolicy]).not.toEqual([id, 'Retain']);
      }
    }
    // A log that was kept is not in the way of the next stack of the name.
    const names = Object.values(plain.of('AWS::Logs::LogGroup')).map(
      ({ Properties }) => Properties.LogGroupName,
    );
    const fixed = names.filter(
      (name) => name !== undefined && !/AWS::StackId|"Ref":"JobsApi/.test(JSON.stringify(name)),
    );
    expect(fixed).toEqual([]);
  });

  it('leaves no log of API Gateway that is kept for ever: it is made before the stage', () => {
    const [id] = Object.entries(plain.of('AWS::Logs::LogGroup')).find(([, { Properties }]) =>
      JSON.stringify(Properties.LogGroupName ?? '').includes('API-Gateway-Execution-Logs_'),
    )!;
    const [stage] = Object.values(plain.of('AWS::ApiGateway::Stage'));
    expect(stage!.DependsOn).toContain(id);
  });

  it('leaves no log behind: every function of the template names its own', () => {
    for (const [id, { Properties }] of Object.entries(plain.of('AWS::Lambda::Function'))) {
      expect([id, Properties.LoggingConfig]).toEqual([
        id,
        expect.objectContaining({ LogGroup: { Ref: expect.any(String) } }),
      ]);
    }
    for (const { Properties } of Object.values(plain.of('AWS::Logs::LogGroup'))) {
      expect(Properties.RetentionInDays).toBe(30);
    }
  });
});

describe('the URL of the database', () => {
  it('is a hidden parameter, kept as a secret', () => {
    plain.template.hasParameter('DatabaseUrl', {
      NoEcho: true,
      AllowedPattern: '^postgres(ql)?://[^@\\s]+@[^@\\s]+$',
    });
    plain.template.hasResourceProperties('AWS::SecretsManager::Secret', {
      SecretString: { Ref: 'DatabaseUrl' },
    });
  });

  it('can be in a secret of the operator', () => {
    const databaseSecret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:warehouse-AbCdEf';
    const { template } = synth({ databaseSecret });
    expect(
      template.findResources('AWS::SecretsManager::Secret', {
        Properties: { SecretString: { Ref: 'DatabaseUrl' } },
      }),
    ).toEqual({});
    expect(Object.keys(template.findParameters('DatabaseUrl'))).toEqual([]);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { GORDON_DATABASE_URL_SECRET_ARN: databaseSecret } },
    });
  });
});

it('says where it is', () => {
  for (const name of ['ApiUrl', 'StateMachineArn', 'JobTableName', 'AlarmTopicArn']) {
    plain.template.hasOutput(name, {});
  }
});

describe('the app, as the CDK runs it', () => {
  const { app, context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { app: string; context: object };
  const [node, file] = app.split(' ') as [string, string];
  const run = (options: object) => {
    const outdir = mkdtempSync(join(tmpdir(), 'gordon-app-'));
    const all = { ...context, ...options, 'aws:cdk:bundling-stacks': [] };
    const env = {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify(all),
      // What loads to validate takes four seconds: nag.test.ts validates, this stack as well.
      CDK_VALIDATION: 'false',
    };
    try {
      return spawnSync(node, [file], { env, encoding: 'utf8' });
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  };

  it('runs on Node 24, whatever the machine has', () => {
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(/^v24\./);
  });

  it('synthesizes without an account', () => {
    expect(run({})).toMatchObject({ status: 0, stderr: '' });
  });

  it('stops at an option that cannot be with a sentence and no stack', () => {
    const { status, stderr } = run({ auth: 'basic' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Options that cannot be:\n {2}-c auth: .*\ninfra\/README\.md has/);
    expect(stderr).not.toContain('    at ');
  });
});
