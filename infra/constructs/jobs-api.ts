import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  type IRestApi,
  type JsonSchema,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  RequestValidator,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as z from 'zod';
import type { Operation } from '../../functions/core/api/operation.ts';
import { operations } from '../../functions/core/api/operations.ts';
import { withSources } from '../../functions/core/queries/fields.ts';
import { routeOf } from '../../functions/routes.ts';
import { sources } from '../../functions/sources/index.ts';
import type { DeployOptions } from '../context.ts';
import { acknowledge, asFinding } from './acknowledge.ts';
import { apiAuth } from './api-auth.ts';
import { type GordonFunction, pascal } from './function.ts';
import { logGroup } from './log-group.ts';

export interface JobsApiProps {
  readonly functions: readonly GordonFunction[];
  readonly options: DeployOptions;
}

/** The operations of the manifest behind API Gateway. */
export class JobsApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, { functions, options }: JobsApiProps) {
    super(scope, id);
    this.api = this.#restApi(options);
    const authFor = apiAuth(this, { api: this.api, functions, options });
    const validator = new RequestValidator(this, 'Validator', {
      restApi: this.api as IRestApi,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    for (const { spec, lambda } of functions) {
      const integration = new LambdaIntegration(lambda, { allowTestInvoke: false });
      for (const id of spec.operations ?? []) {
        const { method, path } = routeOf(id);
        const { body }: Operation = operations[id];
        const parameters = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name!);
        this.api.root.resourceForPath(path).addMethod(method, integration, {
          ...authFor(id),
          requestValidator: validator,
          requestParameters: Object.fromEntries(parameters.map((p) => [`method.request.path.${p}`, true])),
          ...(body && { requestModels: this.#body(pascal(id), body) }),
        });
      }
    }
  }

  #restApi(options: DeployOptions): RestApi {
    const logged = options.apiLogs === 'on';
    const api = new RestApi(this, 'Api', {
      restApiName: `${Stack.of(this).stackName}-jobs`,
      description: 'gordon-data: backfill jobs',
      endpointTypes: [EndpointType.REGIONAL],
      // One setting for the whole account and region: another stack may have come to rely on it, so it stays.
      cloudWatchRole: logged,
      ...(logged && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: true,
        metricsEnabled: true,
        throttlingRateLimit: options.apiRate,
        throttlingBurstLimit: options.apiBurst,
        ...(logged && {
          loggingLevel: MethodLoggingLevel.ERROR,
          accessLogDestination: new LogGroupLogDestination(logGroup(this, 'AccessLog', options)),
          accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        }),
      },
    });
    if (logged) {
      // API Gateway would make it by itself, without an end of retention.
      const logGroupName = `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`;
      api.deploymentStage.node.addDependency(logGroup(this, 'ExecutionLog', options, { logGroupName }));
    }
    this.#problems(api);
    acknowledge(api, {
      'AwsSolutions-APIG3':
        'No WAF: callers are authorised before a function runs, and the stage is throttled.',
      ...(!logged && {
        'AwsSolutions-APIG1': 'The operator turned the logs of the API off.',
        'AwsSolutions-APIG6': 'The operator turned the logs of the API off.',
      }),
      ...(logged && {
        [`AwsSolutions-IAM4[Policy::${apiLogPolicy(this)}]`]:
          'The one policy that API Gateway takes for writing logs; it is a setting of the account.',
      }),
    });
    return api;
  }

  /** A body as the function of its route reads it: what is malformed never gets there. */
  #body(id: string, type: z.ZodType): NonNullable<MethodOptions['requestModels']> {
    const { $schema: _, ...schema } = z.toJSONSchema(type, {
      target: 'draft-4',
      override: withSources(Object.keys(sources)),
    });
    const model = this.api.addModel(id, { schema: schema as JsonSchema });
    return { 'application/json': model };
  }

  /** What the gateway itself refuses looks like what the functions refuse: RFC 9457. Its templates know no functions. */
  #problems(api: RestApi): void {
    for (const { id, type, status, title, code, detail } of REFUSALS) {
      const body = { type: 'about:blank', title, status: Number(status), code, detail };
      api.addGatewayResponse(`Refusal${id}`, {
        type,
        statusCode: status,
        responseHeaders: {
          'Content-Type': "'application/problem+json'",
          'X-Content-Type-Options': "'nosniff'",
        },
        templates: { 'application/json': JSON.stringify(body) },
      });
    }
  }
}

const STAGE = 'v1';

const REFUSALS = [
  {
    id: '400',
    type: ResponseType.BAD_REQUEST_BODY,
    status: '400',
    title: 'Bad request',
    code: 'invalid-order',
    detail: 'The order has a field that is unknown, missing or of another type: $context.error.message.',
  },
  {
    id: '401',
    type: ResponseType.UNAUTHORIZED,
    status: '401',
    title: 'Unauthorized',
    code: 'token-missing',
    detail: 'The token is not one of the issuer for this API, or it has ended.',
  },
  {
    id: 'AccessDenied',
    type: ResponseType.ACCESS_DENIED,
    status: '403',
    title: 'Forbidden',
    code: 'forbidden',
    detail: 'These credentials may not do that. Where tokens have scopes, it needs order or admin.',
  },
  {
    id: '403',
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: '403',
    title: 'Forbidden',
    code: 'forbidden',
    detail: 'No credentials came with the request, or there is no such route.',
  },
  {
    id: '429',
    type: ResponseType.THROTTLED,
    status: '429',
    title: 'Too many requests',
    code: 'throttled',
    detail: 'More requests came at once than the stage admits.',
  },
] as const;

const apiLogPolicy = (scope: Construct): string =>
  asFinding(
    scope,
    ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')
      .managedPolicyArn,
  );
