import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { entryOf } from '../../functions/function-spec.ts';
import { functions as manifest } from '../../functions/manifest.ts';
import { LOG_EVENTS, type LogEvent } from '../../infra/monitoring/log-metrics.ts';
import { synth } from './support/synth.ts';

const plain = synth();
const runbook = readFileSync('RUNBOOK.md', 'utf8');

/** Sections by the anchor that GitHub gives to their heading. */
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.split('\n')[0]!.toLowerCase().replaceAll(' ', '-'), text]),
);

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly object[];
  readonly TreatMissingData: string;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
}

const alarms = Object.values(plain.of('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as never as Alarm,
);
const named = (name: string): Alarm => alarms.find(({ AlarmName }) => AlarmName === `GordonData-${name}`)!;

describe('alarms', () => {
  it('are there for everything that somebody should know', () => {
    const schedules = manifest.flatMap(({ schedules = [] }) =>
      schedules.map(({ name }) => `schedule-not-run-${name}`),
    );
    const perishable = manifest.some(({ handler }) => handler === LOG_EVENTS.PerishableDaysLeft.handler);
    expect(alarms.map(({ AlarmName }) => AlarmName.replace('GordonData-', '')).sort()).toEqual(
      [
        'api-errors',
        'dead-letters',
        'failed-jobs',
        'fetcher-errors',
        'fetcher-throttles',
        'gaps-found',
        'region-refused',
        'republished-objects',
        'restated-histories',
        'venue-parked',
        ...schedules,
        ...(perishable ? ['perishable-series'] : []),
      ].sort(),
    );
  });

  it.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))('%s leads to its section', (_, alarm) => {
    const [, anchor] = / See RUNBOOK\.md#([a-z-]+)$/.exec(alarm.AlarmDescription) ?? [];
    const section = sections.get(anchor!);
    expect(section).toBeDefined();
    for (const part of ['Description', 'Investigation', 'Resolution'])
      expect(section).toContain(`**${part}.**`);
    expect(alarm.AlarmActions).toHaveLength(1);
  });

  it('take silence for a fault only where a schedule should have called', () => {
    for (const { AlarmName, TreatMissingData } of alarms) {
      const silence = AlarmName.includes('schedule-not-run') ? 'breaching' : 'notBreaching';
      expect([AlarmName, TreatMissingData]).toEqual([AlarmName, silence]);
    }
    expect(named('schedule-not-run-refresh')).toMatchObject({
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      Period: 60,
      EvaluationPeriods: 3,
      Statistic: 'Sum',
      MetricName: 'Invocations',
    });
  });

  it('do not wait for schedules that are off', () => {
    const names = JSON.stringify(synth({ schedules: 'off' }).of('AWS::CloudWatch::Alarm'));
    expect(names).not.toContain('schedule-not-run');
  });

  it('link to the runbook where the operator keeps it', () => {
    const elsewhere = synth({ runbook: 'https://wiki.example/gordon' }).of('AWS::CloudWatch::Alarm');
    for (const { Properties } of Object.values(elsewhere)) {
      expect(Properties.AlarmDescription).toContain('See https://wiki.example/gordon#');
    }
  });

  it('reach whoever subscribes, and nobody else may publish', () => {
    synth({ alarmEmail: 'ops@example.com' }).template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    const [{ Properties }] = Object.values(plain.of('AWS::SNS::TopicPolicy')) as unknown as [
      { Properties: object },
    ];
    expect(Properties).toMatchObject({
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny' },
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
          },
        ],
      },
    });
  });
});

it('has a section of the runbook only where something leads to it', () => {
  const led = new Set(alarms.map(({ AlarmDescription }) => AlarmDescription.split('#')[1]!));
  const others = [...sections.keys()].filter((anchor) => !led.has(anchor));
  const known = [
    'broken-invariants',
    'failed-migrations',
    'full-disk',
    'perishable-series',
    'restarted-processes',
    'restoring-the-database',
    'shifted-labels',
    'timescaledb_information',
    'unfollow-and-purge',
    'upgrade-of-postgresql',
    'wrong-clock',
  ];
  expect(others.filter((anchor) => !known.includes(anchor))).toEqual([]);
});

describe('what is read from the logs', () => {
  const written = Object.entries<LogEvent>(LOG_EVENTS).filter(([, { handler }]) =>
    manifest.some((spec) => spec.handler === handler),
  );

  it.each(written)('%s is what its function writes', (_, { handler, where: { message } }) => {
    // Errors are logged by the runtime with their code; all other lines are the handler's own.
    if (message === undefined) return;
    const source = readFileSync(entryOf(manifest.find((spec) => spec.handler === handler)!), 'utf8');
    expect(source).toMatch(new RegExp(`log\\.\\w+\\(\\s*'${message}'`));
  });

  it('has the error of a fetcher with its code', async () => {
    const node = ['node_modules/.bin/node', ['--input-type=module', '-e', THROWING]] as const;
    // Both go to the function's log.
    const { stdout, stderr } = await promisify(execFile)(...node, { env: { POWERTOOLS_LOG_LEVEL: 'INFO' } });
    const line = JSON.parse(stdout + stderr) as { error: Record<string, unknown> };
    expect(`error.${Object.entries(line.error).find(([, value]) => value === 'region-refused')?.[0]}`).toBe(
      Object.keys(LOG_EVENTS.RegionRefused.where)[0],
    );
  });

  it.each(written)('%s is counted in the log of its function', (name) => {
    plain.template.hasResourceProperties('AWS::Logs::MetricFilter', {
      MetricTransformations: [{ MetricName: name, MetricNamespace: 'gordon-data/GordonData' }],
    });
  });
});

/** A state's handler whose work is refused, in a process of its own: the logger writes past the console. */
const THROWING = `
  import { z } from 'zod';
  import { stateHandler } from './functions/runtime/state-handler.ts';
  import { GordonError } from './functions/core/errors/errors.ts';
  const facts = { name: 'PermanentError', code: 'region-refused', subject: 'here', message: 'no' };
  const create = stateHandler({ input: z.any(), output: z.any() }, async () => { throw new GordonError(facts); });
  await create(async () => ({}))({}, {}).catch(() => {});
`;

it('has one dashboard with all alarms on it', () => {
  const [{ Properties }] = Object.values(plain.of('AWS::CloudWatch::Dashboard')) as unknown as [
    { Properties: object },
  ];
  const text = JSON.stringify(Properties);
  for (const id of Object.keys(plain.of('AWS::CloudWatch::Alarm'))) expect(text).toContain(id);
});
