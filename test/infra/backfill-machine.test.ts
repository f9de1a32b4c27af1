import { describe, expect, it } from 'vitest';
import { functions as manifest } from '../../functions/manifest.ts';
import { pascal } from '../../infra/constructs/function.ts';
import { definitionText } from '../../statemachines/definition.ts';
import { grants, nameOf } from './support/grants.ts';
import { type Synthesized, synth } from './support/synth.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: { readonly FunctionName: string };
  readonly Retry?: readonly { readonly MaxAttempts: number; readonly ErrorEquals: readonly string[] }[];
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: {
    readonly ProcessorConfig: { readonly ExecutionType: string };
    readonly States: Record<string, State>;
  };
}

const plain = synth();

function machine({ of }: Synthesized) {
  const [{ Properties }] = Object.values(of('AWS::StepFunctions::StateMachine')) as unknown as [
    { Properties: object },
  ];
  const { DefinitionString, ...properties } = Properties as Record<string, never>;
  const { States } = JSON.parse(nameOf(DefinitionString)) as { States: Record<string, State> };
  return { properties, states: States, map: States.FetchChunks! };
}

describe('the deployed state machine', () => {
  const { properties, states, map } = machine(plain);
  const all = { ...states, ...map.ItemProcessor!.States };

  it('has a function for every task', () => {
    const called = Object.entries(all)
      .filter(([, { Type }]) => Type === 'Task')
      .map(([name, { Parameters }]) => [name, Parameters!.FunctionName]);
    const expected = manifest.flatMap(({ state, handler }) =>
      state ? [[state, `${pascal(handler)}Function.Arn`]] : [],
    );
    expect(Object.fromEntries(called)).toEqual(Object.fromEntries(expected));
    expect(JSON.stringify(all)).not.toContain('${');
  });

  it('gives every task the time that its function has', () => {
    for (const { state, handler, timeoutSeconds } of manifest.filter((spec) => spec.state)) {
      expect([handler, all[state!]!.TimeoutSeconds]).toEqual([handler, timeoutSeconds]);
    }
  });

  it('retries, catches and limits as the definition says', () => {
    const written = JSON.parse(definitionText()) as { States: Record<string, State> };
    for (const [name, { Retry }] of Object.entries(states))
      expect(Retry).toEqual(written.States[name]!.Retry);
    expect(all.FetchChunk!.Retry!.map(({ MaxAttempts }) => MaxAttempts)).toEqual([3, 2, 4, 1]);
    expect(map.MaxConcurrency).toBe(8);
  });

  it('runs map items as EXPRESS, and as STANDARD where LocalStack knows no other', () => {
    expect(map.ItemProcessor!.ProcessorConfig.ExecutionType).toBe('EXPRESS');
    const there = machine(synth({ host: 'localstack' }));
    expect(there.map.ItemProcessor!.ProcessorConfig.ExecutionType).toBe('STANDARD');
  });

  it('is STANDARD, traced, and logs everything but the data', () => {
    expect(properties).toMatchObject({
      StateMachineName: 'GordonData-backfill',
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
    expect(machine(synth({ stateLog: 'error' })).properties).toMatchObject({
      LoggingConfiguration: { Level: 'ERROR' },
    });
  });

  it('may call its own functions and run its own items', () => {
    const tasks = manifest.flatMap(({ state, handler }) => (state ? [`${pascal(handler)}Function.Arn`] : []));
    const states = 'arn:aws:states:eu-central-1:123456789012';
    const delivery =
      'logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies ' +
      'logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery';
    const traces =
      'xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments';
    const [onAnything] = grants(plain, 'BackfillRoleDefaultPolicy').filter((grant) =>
      grant.endsWith(' on *'),
    );
    expect(onAnything).toBe(`${delivery} ${traces} on *`);
    expect(grants(plain, 'BackfillRoleDefaultPolicy').filter((grant) => grant !== onAnything)).toEqual([
      `lambda:InvokeFunction on ${tasks.sort().join(', ')}`,
      `states:DescribeExecution states:StopExecution on ${states}:execution:GordonData-backfill/*`,
      `states:StartExecution on ${states}:stateMachine:GordonData-backfill`,
    ]);
  });
});
