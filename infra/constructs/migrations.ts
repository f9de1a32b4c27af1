import type { CfnResource } from 'aws-cdk-lib';
import { Duration, Stack } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { DeployOptions } from '../context.ts';
import type { GordonFunction } from './function.ts';
import { logGroup } from './log-group.ts';
import type { Network } from './network.ts';

export interface MigrationsProps {
  readonly migrate: GordonFunction;
  /** functions whose new code expects the new schema */
  readonly others: readonly GordonFunction[];
  readonly network: Network | undefined;
  /** where the database is; undefined: a secret of the operator alone knows */
  readonly databasePlace: string | undefined;
  readonly options: DeployOptions;
}

/**
 * Runs the migrations whenever their function, its files or the database have changed, before any other function gets its new code.
 * A migration that fails fails the deployment, which goes back to the code that fits the schema as it was.
 */
export class Migrations extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { migrate, others, network, databasePlace, options }: MigrationsProps,
  ) {
    super(scope, id);
    const trigger = new Trigger(this, 'Run', {
      handler: migrate.lambda,
      timeout: Duration.seconds(migrate.spec.timeoutSeconds),
    });
    // The function is the same, and its database another one.
    if (databasePlace) {
      (trigger.node.findChild('Default').node.defaultChild as CfnResource).addPropertyOverride(
        'Database',
        databasePlace,
      );
    }
    trigger.executeBefore(...others);
    // In a VPC of this stack the function finds its way out only when the routes are there.
    if (network) trigger.executeAfter(network);
    this.#ownLog(options);
  }

  /** The CDK's own function behind triggers would leave a log that never expires and outlives the stack. */
  #ownLog(options: DeployOptions): void {
    const { logGroupName } = logGroup(this, 'Log', options);
    const provider = Stack.of(this).node.findChild(
      'AWSCDK.TriggerCustomResourceProviderCustomResourceProvider',
    );
    const handler = provider.node.findChild('Handler') as CfnResource;
    handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName });
  }
}
