import { Annotations, CfnOutput, Stack, type StackProps, Token } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { functions as manifest, optionalFunctions } from '../functions/manifest.ts';
import { BackfillMachine, machineArn } from './constructs/backfill-machine.ts';
import { ExportBucket } from './constructs/buckets/export-bucket.ts';
import { FileBucket } from './constructs/buckets/file-bucket.ts';
import { bundle } from './constructs/bundling.ts';
import { customerKey } from './constructs/customer-key.ts';
import { deadLetters } from './constructs/dead-letters.ts';
import { EventRules } from './constructs/event-rules.ts';
import { GordonFunction } from './constructs/function.ts';
import { jobTable } from './constructs/job-table.ts';
import { JobsApi } from './constructs/jobs-api.ts';
import { Migrations } from './constructs/migrations.ts';
import { Network } from './constructs/network.ts';
import { databasePlace, secrets } from './constructs/secrets.ts';
import type { DeployOptions } from './context.ts';
import { alarmTopic } from './monitoring/alarm-topic.ts';
import { Alarms } from './monitoring/alarms.ts';
import { dashboard } from './monitoring/dashboard.ts';
import { LogMetrics } from './monitoring/log-metrics.ts';
import { refusalIn } from './regions.ts';

export interface GordonDataStackProps extends StackProps {
  readonly options: DeployOptions;
}

/** All of gordon-data except the database, which it knows only by URL. */
export class GordonDataStack extends Stack {
  constructor(scope: Construct, id: string, { options, ...props }: GordonDataStackProps) {
    super(scope, id, { description: 'gordon-data: a complete crypto market-data warehouse', ...props });
    this.#warnOfRegion(options);
    customerKey(this, options);
    const table = jobTable(this, { retain: options.removal === 'retain' });
    const bus = new EventBus(this, 'Bus', {
      description: 'JobFinished, JobFailed and GapFound of gordon-data',
    });
    const network = options.vpc === 'none' ? undefined : new Network(this, 'Network', options);
    const exports = options.exports === 'off' ? undefined : new ExportBucket(this, 'Exports', options);
    const files = options.files === 'off' ? undefined : new FileBucket(this, 'Files');
    const resources = {
      table,
      exports,
      files,
      stateMachineArn: machineArn(this),
      secrets: secrets(this, options),
      databasePlace: databasePlace(this, options),
      bus,
      egress: this.stackName,
      databaseInsecure: options.databaseInsecure === 'on' || options.host === 'localstack',
      variables: options.variables,
    };
    const on = { exports, files };
    const specs = [...manifest, ...optionalFunctions].filter(
      ({ authorizes, optional }) =>
        (authorizes === undefined || authorizes === options.auth) && (optional === undefined || on[optional]),
    );
    using bundles = bundle(this, specs, options.databaseCa);
    const functions = specs.map(
      (spec) => new GordonFunction(this, { spec, bundles, resources, options, network }),
    );
    files?.madeBy(functions.find(({ spec }) => spec.optional === 'files')!.lambda);
    const { machine } = new BackfillMachine(this, 'Backfill', { functions, options });
    const { api } = new JobsApi(this, 'JobsApi', { functions, options });
    const dead = deadLetters(this);
    new EventRules(this, 'Events', { functions, deadLetters: dead, options });
    // LocalStack has no function of the CDK's own; there `gordon-data migrate` does it.
    if (options.host === 'aws' && options.migrate === 'deploy')
      this.#migrate(functions, network, resources.databasePlace, options);

    const logs = new LogMetrics(this, 'LogMetrics', functions);
    const watched = {
      functions,
      machine,
      api,
      deadLetters: dead,
      logs,
      scheduled: options.schedules === 'on',
    };
    const topic = alarmTopic(this, options);
    const { alarms } = new Alarms(this, 'Alarms', { watched, topic, options });
    dashboard(this, { watched, table, alarms });
    this.#outputs({
      ApiUrl: api.url,
      StateMachineArn: machine.stateMachineArn,
      JobTableName: table.tableName,
      EventBusName: bus.eventBusName,
      AlarmTopicArn: topic.topicArn,
      MigrateFunction: functions.find(({ spec }) => spec.onDeploy)!.lambda.functionName,
      ...(exports && { ExportsUrl: `s3://${exports.bucket.bucketName}/${exports.prefix}` }),
    });
  }

  #migrate(
    functions: readonly GordonFunction[],
    network: Network | undefined,
    databasePlace: string | undefined,
    options: DeployOptions,
  ): void {
    const migrate = functions.find(({ spec }) => spec.onDeploy)!;
    const others = functions.filter((one) => one !== migrate);
    new Migrations(this, 'Migrations', { migrate, others, network, databasePlace, options });
  }

  #warnOfRegion({ host }: DeployOptions): void {
    const refusal = Token.isUnresolved(this.region) ? undefined : refusalIn(this.region);
    if (refusal && host === 'aws') Annotations.of(this).addWarningV2('gordon-data:region-refused', refusal);
  }

  #outputs(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
