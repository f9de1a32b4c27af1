import { describe, expect, it } from 'vitest';
import { descriptionOf, reachesDatabase } from '../../functions/function-spec.ts';
import { type FunctionSpec, functions as manifest } from '../../functions/manifest.ts';
import { sources } from '../../functions/sources/index.ts';
import { pascal } from '../../infra/constructs/function.ts';
import { grants, nameOf, withoutHash } from './support/grants.ts';
import { type Resource, type Synthesized, synth } from './support/synth.ts';

const plain = synth();
const deployed = manifest.filter(({ authorizes }) => !authorizes);

/** Resources of one function: their logical ids begin with its name. */
function only({ of }: Synthesized, type: string, spec: FunctionSpec, part: string): Record<string, never> {
  const id = `${pascal(spec.handler)}${part}`;
  const found = Object.entries(of(type)).filter(([name]) => withoutHash(name) === id);
  expect(found.map(([name]) => name)).toHaveLength(1);
  return (found[0]![1] as Resource).Properties as Record<string, never>;
}

const may = (from: Synthesized, { handler }: FunctionSpec): string[] =>
  grants(from, `${pascal(handler)}RoleDefaultPolicy`);

const TABLE = 'JobTable.Arn';
const OPENS: Record<FunctionSpec['access'][number], readonly string[]> = {
  'job-table': [
    `dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem on ${TABLE}`,
    `dynamodb:Query on ${TABLE}, ${TABLE}/index/by_status`,
  ],
  'job-table:read': [`dynamodb:GetItem on ${TABLE}`, `dynamodb:Query on ${TABLE}, ${TABLE}/index/by_status`],
  workflow: [
    'states:StartExecution on arn:aws:states:eu-central-1:123456789012:stateMachine:GordonData-backfill',
  ],
  'workflow:read': [
    'states:DescribeExecution on arn:aws:states:eu-central-1:123456789012:execution:GordonData-backfill:*',
  ],
  'database:own': ['secretsmanager:PutSecretValue on AggregatesUrlSecret, ReaderUrlSecret, WriterUrlSecret'],
  // Reading of several secrets becomes one statement: see below.
  'database:read': [],
  'database:write': [],
  aggregates: [],
  venues: [],
  events: ['events:PutEvents on Bus.Arn'],
  // Off by default: see exports.test.ts.
  exports: [],
  files: [
    's3:GetObject on FilesBucket.Arn/*',
    's3:PutObject on FilesBucket.Arn/orders/*',
    's3:ListBucket on FilesBucket.Arn',
    'lambda:InvokeFunction on PrepareFileFunction.Arn',
  ],
  // No function of every deployment: see files.test.ts.
  'files:make': [],
};

describe.each(deployed.map((spec) => [spec.handler, spec] as const))('%s', (_, spec) => {
  it('runs as the manifest says', () => {
    expect(only(plain, 'AWS::Lambda::Function', spec, 'Function')).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: spec.memoryMb,
      Timeout: spec.timeoutSeconds,
      Description: descriptionOf(spec),
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON' },
    });
  });

  it('keeps a log of its own for a month', () => {
    expect(only(plain, 'AWS::Logs::LogGroup', spec, 'Log')).toMatchObject({ RetentionInDays: 30 });
  });

  it('may do what its access opens, write its log and traces, and nothing else', () => {
    const undelivered = spec.schedules || spec.events ? [DEAD_LETTERS] : [];
    expect(may(plain, spec).filter((grant) => !grant.startsWith(READS_SECRETS))).toEqual(
      [
        ...spec.access.flatMap((access) => OPENS[access]),
        `logs:CreateLogStream logs:PutLogEvents on ${pascal(spec.handler)}Log.Arn`,
        'xray:PutTelemetryRecords xray:PutTraceSegments on *',
        ...undelivered,
      ].sort(),
    );
  });
});

const READS_SECRETS = 'secretsmanager:GetSecretValue on ';

const DEAD_LETTERS = 'sqs:GetQueueAttributes sqs:GetQueueUrl sqs:SendMessage on DeadLetters.Arn';

const environment = (from: Synthesized, handler: string): Record<string, unknown> => {
  const spec = manifest.find((one) => one.handler === handler)!;
  const { Environment } = only(from, 'AWS::Lambda::Function', spec, 'Function') as never as {
    Environment: { Variables: Record<string, unknown> };
  };
  return Environment.Variables;
};

describe('the secret of the aggregates', () => {
  const aggregatesSecret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:refresher-AbCdEf';
  const own = synth({ aggregatesSecret });

  it('is given to those that refresh and to the migrator, and to nobody else', () => {
    const holders = deployed.filter(
      ({ handler }) => environment(own, handler).GORDON_AGGREGATES_URL_SECRET_ARN === aggregatesSecret,
    );
    const readers = deployed.filter((spec) =>
      may(own, spec).some((grant) => grant.includes(aggregatesSecret)),
    );
    const names = ['finalize-job', 'migrate', 'refresh-aggregates', 'refresh-view', 'unfollow'];
    expect(holders.map(({ handler }) => handler).sort()).toEqual(names);
    expect(readers.map(({ handler }) => handler).sort()).toEqual(names);
  });
});

describe('the secret of each login', () => {
  /** handlers by the secrets that they may read */
  const readersOf = (stack: Synthesized) => {
    const held = deployed.map((spec) => {
      const grant = may(stack, spec).find((one) => one.startsWith(READS_SECRETS));
      return [grant?.slice(READS_SECRETS.length) ?? '', spec.handler] as const;
    });
    return Object.fromEntries(
      [...new Set(held.map(([names]) => names))].map((names) => [
        names,
        held.flatMap(([of, handler]) => (of === names ? [handler] : [])).sort(),
      ]),
    );
  };

  it('is held by the functions that work as that login, and by no other', () => {
    expect(readersOf(plain)).toEqual({
      '': ['fail-job', 'get-job', 'list-jobs', 'list-sources', 'openapi'],
      ReaderUrlSecret: [
        'findings',
        'health',
        'history',
        'ledger',
        'list-retention',
        'list-series',
        'list-tables',
        'metrics',
        'rows',
        'sizes',
        'status',
        'universe',
      ],
      WriterUrlSecret: [
        'audit',
        'audit-gaps',
        'cancel-job',
        'create-job',
        'execution-stopped',
        'fetch-chunk',
        'load-candles',
        'plan-wave',
        'record-chunk-failure',
        'refresh',
        'refresh-universe',
        'set-retention',
        'watch-archives',
        'watch-instruments',
      ],
      // They count what was deleted before they read, or replace what differs; what they read they read as the reader.
      'ReaderUrlSecret, WriterUrlSecret': [
        'coverage',
        'inspect-candles',
        'report',
        'verify',
        'verify-deep',
        'watch-histories',
      ],
      'AggregatesUrlSecret, WriterUrlSecret': [
        'finalize-job',
        'refresh-aggregates',
        'refresh-view',
        'unfollow',
      ],
      'AggregatesUrlSecret, DatabaseUrlSecret, ReaderUrlSecret, WriterUrlSecret': ['migrate'],
    });
  });

  it('can be one of the operator, which the migration does not fill', () => {
    const arn = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
    const own = synth({ writerSecret: arn('writer'), readerSecret: arn('reader') });
    expect(readersOf(own)).toMatchObject({ [arn('reader')]: expect.arrayContaining(['rows', 'ledger']) });
    const migrate = manifest.find(({ onDeploy }) => onDeploy)!;
    expect(may(own, migrate)).toContain('secretsmanager:PutSecretValue on AggregatesUrlSecret');
    expect(environment(own, 'migrate')).toMatchObject({
      GORDON_WRITER_URL_SECRET_ARN: arn('writer'),
      GORDON_FILLED_SECRETS: 'GORDON_AGGREGATES_URL',
    });
  });

  it('is the owner’s on LocalStack, where nothing fills others', () => {
    expect(environment(synth({ host: 'localstack' }), 'rows')).toHaveProperty(
      'GORDON_DATABASE_URL_SECRET_ARN',
    );
    expect(environment(plain, 'rows')).not.toHaveProperty('GORDON_DATABASE_URL_SECRET_ARN');
  });
});

describe('the environment', () => {
  it('names what the function has access to', () => {
    expect(Object.keys(environment(plain, 'create-job')).sort()).toEqual([
      'GORDON_DATABASE_PLACE',
      'GORDON_EGRESS',
      'GORDON_JOB_TABLE',
      'GORDON_STATE_MACHINE_ARN',
      'GORDON_WRITER_URL_SECRET_ARN',
      'NODE_OPTIONS',
    ]);
    expect(Object.keys(environment(plain, 'list-jobs')).sort()).toEqual(['GORDON_JOB_TABLE', 'NODE_OPTIONS']);
  });

  it('gives whoever calls venues their keys and their hosts, and nobody else', () => {
    const url = 'https://data-api.binance.vision';
    const fredSecret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:fred-AbCdEf';
    const elsewhere = synth({ GORDON_BINANCE_SPOT_URL: url, fredSecret });
    const expected = { GORDON_BINANCE_SPOT_URL: url, GORDON_FRED_API_KEY_SECRET_ARN: fredSecret };
    for (const { handler, access } of deployed) {
      const given = environment(elsewhere, handler);
      if (access.includes('venues')) expect(given).toMatchObject(expected);
      else expect(Object.keys(given)).not.toContain('GORDON_BINANCE_SPOT_URL');
    }
    const fetcher = manifest.find(({ state }) => state === 'FetchChunk')!;
    expect(may(elsewhere, fetcher)).toContain(
      `secretsmanager:GetSecretValue on WriterUrlSecret, ${fredSecret}`,
    );
  });

  it('says to every function when the venues are simulated', () => {
    const rehearsal = synth({ host: 'localstack', venues: 'simulated' });
    for (const { handler } of deployed) {
      expect(environment(rehearsal, handler)).toMatchObject({ GORDON_SIMULATED: '1' });
      expect(environment(plain, handler)).not.toHaveProperty('GORDON_SIMULATED');
    }
  });
});

it('has a secret for the key of every source that needs one', () => {
  const opened = ['GORDON_FRED_API_KEY'];
  const needed = Object.values(sources).flatMap(({ key }) => key?.env ?? []);
  // The functions take a key by its own name and by this one.
  expect(needed.filter((env) => !opened.includes(`GORDON_${env}`))).toEqual([]);
});

it('limits fetchers where the operator says how many', () => {
  const fetcher = manifest.find(({ state }) => state === 'FetchChunk')!;
  expect(only(plain, 'AWS::Lambda::Function', fetcher, 'Function')).not.toHaveProperty(
    'ReservedConcurrentExecutions',
  );
  const limited = synth({ fetchers: '16' });
  expect(only(limited, 'AWS::Lambda::Function', fetcher, 'Function')).toMatchObject({
    ReservedConcurrentExecutions: 16,
  });
});

it('migrates after its own function and before any other gets its code', () => {
  const [[id, trigger]] = Object.entries(plain.of('Custom::Trigger')) as [[string, Resource]];
  const migrate = manifest.find(({ onDeploy }) => onDeploy)!;
  expect(nameOf(trigger.Properties.HandlerArn)).toMatch(/^MigrateFunctionCurrentVersion/);
  expect(trigger.Properties.InvocationType).toBe('RequestResponse');
  expect(Number(trigger.Properties.Timeout)).toBe(migrate.timeoutSeconds * 1_000);
  for (const [name, { DependsOn = [] }] of Object.entries(plain.of('AWS::Lambda::Function'))) {
    if (/^(Migrate|AWSCDK)/.test(name)) continue;
    expect([name, DependsOn.includes(id)]).toEqual([name, true]);
  }
  expect(Object.keys(synth({ host: 'localstack' }).of('Custom::Trigger'))).toEqual([]);
});

it('migrates and renews every function that reaches the database when this is another one', () => {
  // The secret's ARN stays, and so would functions that are warm.
  const place = { 'Fn::Select': [1, { 'Fn::Split': ['@', { Ref: 'DatabaseUrl' }] }] };
  const [trigger] = Object.values(plain.of('Custom::Trigger'));
  expect(trigger!.Properties.Database).toEqual(place);
  for (const spec of deployed) {
    const { handler } = spec;
    const reaches = reachesDatabase(spec);
    expect([handler, environment(plain, handler).GORDON_DATABASE_PLACE]).toEqual([
      handler,
      reaches ? place : undefined,
    ]);
  }
});

it('leaves the migration to a person where the database lets nobody in yet, and prints whom to let in', () => {
  const later = synth({ vpc: 'new', migrate: 'later' });
  expect(later.of('Custom::Trigger')).toEqual({});
  for (const output of ['EgressAddress', 'FunctionsSecurityGroup', 'MigrateFunction']) {
    later.template.hasOutput(output, {});
  }
});

it('puts all functions into the VPC, behind one address', () => {
  const inside = synth({ vpc: 'new' });
  const outside = Object.entries(inside.of('AWS::Lambda::Function')).filter(
    ([, { Properties }]) => !Properties.VpcConfig,
  );
  // The CDK's own function has Lambda run the migration and needs nothing else.
  expect(outside.map(([name]) => withoutHash(name))).toEqual([
    'AWSCDKTriggerCustomResourceProviderCustomResourceProviderHandler',
  ]);
  expect(Object.keys(inside.of('AWS::EC2::NatGateway'))).toHaveLength(1);
  inside.template.hasOutput('EgressAddress', {});
});

it('accepts a server of the database that cannot be verified only where an option says so', () => {
  const accepting = (stack: typeof plain) =>
    deployed.filter(({ handler }) => environment(stack, handler).GORDON_DATABASE_INSECURE === '1');
  expect(accepting(plain)).toEqual([]);
  const reaching = deployed.filter(reachesDatabase);
  expect(accepting(synth({ databaseInsecure: 'on' }))).toEqual(reaching);
});

it('trusts a CA of the operator where it logs in to the database, and nowhere else', () => {
  const databaseCa = 'test/fixtures/tls/ca.pem';
  const own = synth({ databaseCa });
  const codeOf = (stack: typeof plain, spec: FunctionSpec) =>
    (only(stack, 'AWS::Lambda::Function', spec, 'Function') as never as { Code: { S3Key: string } }).Code
      .S3Key;
  for (const spec of deployed) {
    const trusts = environment(own, spec.handler).NODE_EXTRA_CA_CERTS === '/var/task/database-ca.pem';
    // The certificates are in the code, so it is another one.
    const has = codeOf(own, spec) !== codeOf(plain, spec);
    expect([spec.handler, trusts, has]).toEqual([spec.handler, reachesDatabase(spec), reachesDatabase(spec)]);
    expect(environment(plain, spec.handler)).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
  }
});
