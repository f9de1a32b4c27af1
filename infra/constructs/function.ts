import { Duration } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as Lambda, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { descriptionOf, reachesDatabase } from '../../functions/function-spec.ts';
import type { FunctionSpec } from '../../functions/manifest.ts';
import type { DeployOptions } from '../context.ts';
import { allow, grantFor, type Resources } from './access.ts';
import { acknowledge, asFinding } from './acknowledge.ts';
import { type Bundles, CA_FILE } from './bundling.ts';
import { allowUse, keyOf } from './customer-key.ts';
import { logGroup } from './log-group.ts';
import type { Network } from './network.ts';

export interface GordonFunctionProps {
  readonly spec: FunctionSpec;
  readonly bundles: Bundles;
  readonly resources: Resources;
  readonly options: DeployOptions;
  readonly network: Network | undefined;
}

/** One function of the manifest with a role and a log of its own. */
export class GordonFunction extends Construct {
  readonly spec: FunctionSpec;
  readonly lambda: Lambda;
  readonly log: LogGroup;

  constructor(scope: Construct, { spec, bundles, resources, options, network }: GordonFunctionProps) {
    super(scope, pascal(spec.handler));
    this.spec = spec;
    this.log = logGroup(this, 'Log', options);
    const grants = spec.access.map((access) => grantFor(access, resources));
    const role = this.#role(network);
    for (const { wildcards = {} } of grants) {
      for (const [arn, why] of Object.entries(wildcards)) {
        acknowledge(role, { [`AwsSolutions-IAM5[Resource::${asFinding(role, arn)}]`]: why });
      }
    }
    for (const statement of grants.flatMap(({ statements }) => statements)) role.addToPolicy(statement);
    const key = keyOf(this);
    if (key) role.addToPolicy(allowUse(key));
    this.lambda = new Lambda(this, 'Function', {
      code: bundles.codeOf(spec),
      handler: 'index.handler',
      description: descriptionOf(spec),
      runtime: Runtime.NODEJS_24_X,
      architecture: options.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      memorySize: spec.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        ...(options.databaseCa && reachesDatabase(spec) && { NODE_EXTRA_CA_CERTS: `/var/task/${CA_FILE}` }),
        ...(options.venues === 'simulated' && { GORDON_SIMULATED: '1' }),
        ...Object.assign({}, ...grants.map(({ environment }) => environment)),
      },
      ...(key && { environmentEncryption: key }),
      role,
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...network?.placement,
      ...(spec.state === 'FetchChunk' &&
        options.fetchers !== undefined && { reservedConcurrentExecutions: options.fetchers }),
    });
  }

  /** Instead of AWSLambdaBasicExecutionRole, which may write every log of the account. */
  #role(network: Network | undefined): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], this.log.logGroupArn));
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]': 'X-Ray has no resources: its two write actions take only "*".',
    });
    if (network) {
      const managed = ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaENIManagementAccess');
      role.addManagedPolicy(managed);
      acknowledge(role, {
        [`AwsSolutions-IAM4[Policy::${asFinding(role, managed.managedPolicyArn)}]`]:
          'What AWS names for functions in a VPC: the network interfaces have no names before they exist.',
      });
    }
    return role;
  }
}

/** `fetch-chunk` → `FetchChunk` */
export const pascal = (handler: string): string =>
  handler.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
