import { Duration, Stack } from 'aws-cdk-lib';
import { type EventPattern, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeployOptions } from '../context.ts';
import { machineArn } from './backfill-machine.ts';
import { type GordonFunction, pascal } from './function.ts';

export interface EventRulesProps {
  readonly functions: readonly GordonFunction[];
  readonly deadLetters: Queue;
  readonly options: DeployOptions;
}

/** As long as Lambda keeps an event that a function could not take. */
const LONGEST_AGE = 6 * 60;

/** A caller that waits for a function that another one invoked orders again after some minutes. */
const WAITED_FOR = 5;

/** Below this a run that failed is not tried again: the next one does the same work. */
const WORTH_A_RETRY = 60;

/** Calls functions by the manifest's schedules and when an execution ends out of turn. */
export class EventRules extends Construct {
  readonly #deadLetters: Queue;

  constructor(scope: Construct, id: string, { functions, deadLetters, options }: EventRulesProps) {
    super(scope, id);
    this.#deadLetters = deadLetters;
    for (const called of functions) {
      const { schedules = [], events = [], worksFor } = called.spec;
      if (schedules.length + events.length === 0 && !worksFor) continue;
      this.#undelivered(called);
      for (const { name, everyMinutes, description } of schedules) {
        const rule = new Rule(this, pascal(name), {
          description,
          schedule: Schedule.rate(Duration.minutes(everyMinutes)),
          enabled: options.schedules === 'on',
        });
        // What the other hosts send.
        const event = RuleTargetInput.fromObject({ source: 'gordon.schedule', 'detail-type': name });
        this.#call(rule, called, everyMinutes, event);
      }
      for (const { name, statuses, description } of events) {
        const rule = new Rule(this, pascal(name), { description, eventPattern: this.#endsWith(statuses) });
        this.#call(rule, called, LONGEST_AGE);
      }
    }
  }

  #call(rule: Rule, { lambda }: GordonFunction, minutes: number, event?: RuleTargetInput): void {
    const target = new LambdaFunction(lambda, {
      deadLetterQueue: this.#deadLetters,
      maxEventAge: age(minutes),
      ...(event && { event }),
    });
    rule.addTarget(target);
  }

  /** EventBridge's dead letters are what Lambda did not accept; these are what the function did not do. */
  #undelivered({ lambda, spec }: GordonFunction): void {
    const rarest = Math.max(0, ...(spec.schedules ?? []).map(({ everyMinutes }) => everyMinutes));
    const minutes = spec.worksFor ? WAITED_FOR : spec.events ? LONGEST_AGE : rarest;
    lambda.configureAsyncInvoke({
      maxEventAge: age(minutes),
      retryAttempts: minutes < WORTH_A_RETRY ? 0 : 2,
      onFailure: new SqsDestination(this.#deadLetters),
    });
  }

  #endsWith(statuses: readonly string[]): EventPattern {
    return {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [machineArn(Stack.of(this))], status: [...statuses] },
    };
  }
}

const age = (minutes: number): Duration => Duration.minutes(Math.min(minutes, LONGEST_AGE));
