import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { pascal } from '../constructs/function.ts';
import type { DeployOptions } from '../context.ts';
import { type AlarmSpec, alarmSpecs, type Watched } from './alarm-specs.ts';

export interface AlarmsProps {
  readonly watched: Watched;
  readonly topic: Topic;
  readonly options: DeployOptions;
}

/** Alarms, each with the section of RUNBOOK.md that says what to do. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { watched, topic, options }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.alarms = alarmSpecs(watched).map((spec) => {
      const alarm = this.#alarm(spec, options);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }

  #alarm({ runbook, name = runbook, ...spec }: AlarmSpec, options: DeployOptions): Alarm {
    return new Alarm(this, pascal(name), {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      alarmDescription: `${spec.says} See ${options.runbook}#${runbook}`,
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      treatMissingData: spec.silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}
