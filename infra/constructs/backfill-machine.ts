import { ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { backfillDefinition, type Placeholders } from '../../statemachines/definition.ts';
import type { DeployOptions } from '../context.ts';
import { allow } from './access.ts';
import { acknowledge, asFinding } from './acknowledge.ts';
import type { GordonFunction } from './function.ts';
import { logGroup } from './log-group.ts';

export interface BackfillMachineProps {
  readonly functions: readonly GordonFunction[];
  readonly options: DeployOptions;
}

/** Its name is fixed, so that functions and the machine's own role can name it before it exists. */
export const machineName = (stack: Stack): string => `${stack.stackName}-backfill`;

export const machineArn = (stack: Stack): string =>
  stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: machineName(stack),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** `statemachines/backfill.asl.json` with the functions of its states. */
export class BackfillMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { functions, options }: BackfillMachineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const tasks = functions.filter(({ spec }) => spec.state !== undefined);
    const definition = backfillDefinition({
      // LocalStack refuses EXPRESS items; AWS bills them by duration instead of by state.
      ChunkExecutionType: options.host === 'localstack' ? 'STANDARD' : 'EXPRESS',
      ...Object.fromEntries(tasks.map(({ spec, lambda }) => [`${spec.state}Function`, lambda.functionArn])),
    } as Placeholders);
    // With this prefix all machines share one resource policy, of which an account can have ten.
    // A log that outlived a stack of the same name would be in the way of this one.
    const own = Fn.select(2, Fn.split('/', stack.stackId));
    const logGroupName = `/aws/vendedlogs/states/${machineName(stack)}-${own}`;
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: machineName(stack),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
      role: this.#role(tasks),
      tracingEnabled: true,
      logs: {
        destination: logGroup(this, 'Log', options, { logGroupName }),
        level: options.stateLog === 'all' ? LogLevel.ALL : LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
  }

  #role(tasks: readonly GordonFunction[]): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(allow(['lambda:InvokeFunction'], ...tasks.map(({ lambda }) => lambda.functionArn)));
    // A distributed map starts its items as executions of the machine itself, under names made at run time.
    role.addToPolicy(allow(['states:StartExecution'], machineArn(stack)));
    const items = stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${machineName(stack)}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    role.addToPolicy(allow(['states:DescribeExecution', 'states:StopExecution'], items));
    acknowledge(role, {
      [`AwsSolutions-IAM5[Resource::${asFinding(role, items)}]`]:
        'The executions of map items, whose names Step Functions makes.',
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray and the delivery of logs have no resources: AWS documents "*" for both.',
    });
    return role;
  }
}
