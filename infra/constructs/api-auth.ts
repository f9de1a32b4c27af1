import {
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  type IRestApi,
  type MethodOptions,
  type RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { type OperationId, operationsFor, SCOPES } from '../../functions/routes.ts';
import type { DeployOptions } from '../context.ts';
import { acknowledge } from './acknowledge.ts';
import type { GordonFunction } from './function.ts';

type Auth = Pick<
  MethodOptions,
  'authorizationType' | 'authorizer' | 'apiKeyRequired' | 'authorizationScopes'
>;

export interface ApiAuthProps {
  readonly api: RestApi;
  readonly functions: readonly GordonFunction[];
  readonly options: DeployOptions;
}

/** Who may call each operation of the API. */
export function apiAuth(scope: Construct, props: ApiAuthProps): (id: OperationId) => Auth {
  const all = authOf(scope, props);
  const { auth, scopes } = props.options;
  if (auth !== 'cognito' || scopes === undefined) return () => all;
  // API Gateway compares the scopes of a pool's access tokens by itself. One of them is enough.
  return (id) => ({
    ...all,
    authorizationScopes: SCOPES.filter((scope) => operationsFor(scope).includes(id)).map(
      (scope) => scopes + scope,
    ),
  });
}

function authOf(scope: Construct, { api, functions, options }: ApiAuthProps): Auth {
  const notCognito = (reason: string) => acknowledge(api, { 'AwsSolutions-COG4': reason });
  switch (options.auth) {
    case 'iam':
      notCognito('Callers sign with IAM credentials (SigV4).');
      return { authorizationType: AuthorizationType.IAM };
    case 'api-key':
      notCognito('The operator chose API keys.');
      acknowledge(api, { 'AwsSolutions-APIG4': 'Every method requires a key of the usage plan.' });
      usagePlan(api, options);
      return { authorizationType: AuthorizationType.NONE, apiKeyRequired: true };
    case 'cognito': {
      const pool = UserPool.fromUserPoolArn(scope, 'UserPool', options.userPool!);
      const authorizer = new CognitoUserPoolsAuthorizer(scope, 'Cognito', { cognitoUserPools: [pool] });
      return { authorizer, authorizationType: AuthorizationType.COGNITO };
    }
    case 'jwt': {
      notCognito('Callers bring tokens of the issuer that the operator named.');
      const { lambda } = functions.find(({ spec }) => spec.authorizes === 'jwt')!;
      lambda.addEnvironment('GORDON_JWT_ISSUER', options.jwtIssuer!);
      lambda.addEnvironment('GORDON_JWT_AUDIENCE', options.jwtAudience!);
      if (options.scopes) lambda.addEnvironment('GORDON_JWT_SCOPES', options.scopes);
      const authorizer = new TokenAuthorizer(scope, 'Jwt', {
        handler: lambda,
        // What is not a bearer token is refused before anything is billed.
        validationRegex: '^[Bb]earer [-A-Za-z0-9_.]+$',
      });
      return { authorizer, authorizationType: AuthorizationType.CUSTOM };
    }
  }
}

function usagePlan(api: RestApi, { apiRate, apiBurst }: DeployOptions): void {
  const plan = api.addUsagePlan('UsagePlan', {
    throttle: { rateLimit: apiRate, burstLimit: apiBurst },
    apiStages: [{ api: api as IRestApi, stage: api.deploymentStage }],
  });
  plan.addApiKey(api.addApiKey('Key', { description: 'gordon-data jobs API' }));
}
