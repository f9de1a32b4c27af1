import { describe, expect, it } from 'vitest';
import { functions as manifest, optionalFunctions } from '../../functions/manifest.ts';
import { pascal } from '../../infra/constructs/function.ts';
import { nameOf } from './support/grants.ts';
import { type Synthesized, synth } from './support/synth.ts';

const plain = synth();

interface Rule {
  readonly ScheduleExpression?: string;
  readonly EventPattern?: {
    readonly detail: { readonly status: string[]; readonly stateMachineArn: unknown[] };
  };
  readonly State: string;
  readonly Targets: readonly {
    readonly Arn: unknown;
    readonly Input?: string;
    readonly DeadLetterConfig: { readonly Arn: unknown };
  }[];
}

const rules = ({ of }: Synthesized): Rule[] =>
  Object.values(of('AWS::Events::Rule')).map(({ Properties }) => Properties as never as Rule);

const minutesOf = (rule: Rule): number => {
  const [, n, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rule.ScheduleExpression!)!;
  return Number(n) * { minute: 1, hour: 60, day: 1_440 }[unit as 'minute' | 'hour' | 'day'];
};

describe('schedules', () => {
  it('are those of the manifest', () => {
    const found = rules(plain)
      .filter(({ ScheduleExpression }) => ScheduleExpression)
      .map((rule) => [
        nameOf(rule.Targets[0]!.Arn),
        JSON.parse(rule.Targets[0]!.Input!),
        minutesOf(rule),
        rule.State,
      ]);
    const wanted = manifest.flatMap(({ handler, schedules = [] }) =>
      schedules.map(({ name, everyMinutes }) => [
        `${pascal(handler)}Function.Arn`,
        { source: 'gordon.schedule', 'detail-type': name },
        everyMinutes,
        'ENABLED',
      ]),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(found).toEqual(expect.arrayContaining(wanted));
    expect(found).toHaveLength(wanted.length);
  });

  it('can be off', () => {
    const off = rules(synth({ schedules: 'off' })).filter(({ ScheduleExpression }) => ScheduleExpression);
    for (const { State } of off) expect(State).toBe('DISABLED');
  });
});

it('notifies execution-stopped of executions of this machine alone', () => {
  const [rule] = rules(plain).filter(({ EventPattern }) => EventPattern);
  expect(nameOf(rule!.Targets[0]!.Arn)).toBe('ExecutionStoppedFunction.Arn');
  expect(rule!.EventPattern!.detail).toEqual({
    stateMachineArn: ['arn:aws:states:eu-central-1:123456789012:stateMachine:GordonData-backfill'],
    status: ['ABORTED', 'FAILED', 'TIMED_OUT'],
  });
});

describe('what was not delivered', () => {
  it('goes to the dead letters, from the rule and from the function', () => {
    for (const { Targets } of rules(plain))
      expect(nameOf(Targets[0]!.DeadLetterConfig.Arn)).toBe('DeadLetters.Arn');
    // Of those that are off by default only the one that makes files is in the plain stack.
    const deployed = [...manifest, ...optionalFunctions.filter(({ optional }) => optional === 'files')];
    const called = deployed.filter(({ schedules, events, worksFor }) => schedules ?? events ?? worksFor);
    const invokes = Object.values(plain.of('AWS::Lambda::EventInvokeConfig'));
    expect(invokes).toHaveLength(called.length);
    for (const { Properties } of invokes) {
      const { OnFailure } = Properties.DestinationConfig as { OnFailure: { Destination: unknown } };
      expect(nameOf(OnFailure.Destination)).toBe('DeadLetters.Arn');
    }
  });

  it('is kept for a fortnight, encrypted', () => {
    plain.template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
  });

  it('is tried again where the next run is far, and not where it comes in minutes', () => {
    const attempts = Object.entries(plain.of('AWS::Lambda::EventInvokeConfig')).map(
      ([id, { Properties }]) => [id.slice(0, 7), Properties.MaximumRetryAttempts],
    );
    expect(Object.fromEntries(attempts)).toMatchObject({ Refresh: 0, Executi: 2 });
  });
});
