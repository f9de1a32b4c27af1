import { describe, expect, it } from 'vitest';
import { functions as manifest } from '../../functions/manifest.ts';
import { ROUTES } from '../../functions/routes.ts';
import { pascal } from '../../infra/constructs/function.ts';
import { nameOf } from './support/grants.ts';
import { type Synthesized, synth } from './support/synth.ts';

const plain = synth();

interface Method {
  readonly HttpMethod: string;
  readonly ResourceId: { readonly Ref: string };
  readonly AuthorizationType: string;
  readonly ApiKeyRequired?: boolean;
  readonly AuthorizationScopes?: readonly string[];
  readonly RequestValidatorId: object;
  readonly RequestModels?: object;
  readonly RequestParameters?: object;
  readonly Integration: { readonly Uri: unknown; readonly Type: string };
}

const methods = ({ of }: Synthesized): Method[] =>
  Object.values(of('AWS::ApiGateway::Method')).map(({ Properties }) => Properties as never as Method);

/** `/backfill/jobs/{id}` */
function pathOf({ of }: Synthesized, { ResourceId }: Method): string {
  const parts = of('AWS::ApiGateway::Resource') as never as Record<
    string,
    { Properties: { PathPart: string; ParentId: { Ref?: string } } }
  >;
  const climb = (id: string | undefined): string =>
    id && parts[id] ? `${climb(parts[id].Properties.ParentId.Ref)}/${parts[id].Properties.PathPart}` : '';
  return climb(ResourceId.Ref);
}

describe('the jobs API', () => {
  it('has the routes of the manifest, each with its function', () => {
    const served = methods(plain).map((method) => {
      const [, name] = /(\w+)Function\.Arn\/invocations$/.exec(nameOf(method.Integration.Uri)) ?? [];
      return `${method.HttpMethod} ${pathOf(plain, method)} ${name}`;
    });
    const wanted = manifest.flatMap(({ operations = [], handler }) =>
      operations.map((id) => `${ROUTES[id].route} ${pascal(handler)}`),
    );
    expect(served.sort()).toEqual(wanted.sort());
  });

  it('refuses what is not an order before a function runs', () => {
    const [post] = methods(plain).filter(({ HttpMethod }) => HttpMethod === 'POST');
    expect(post).toMatchObject({
      RequestModels: { 'application/json': { Ref: expect.stringMatching(/CreateJob/) } },
    });
    plain.template.hasResourceProperties('AWS::ApiGateway::Model', {
      Schema: { required: ['source'], additionalProperties: false },
    });
    plain.template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    });
    for (const { RequestValidatorId } of methods(plain)) expect(RequestValidatorId).toBeDefined();
  });

  it('requires the parameters of a path', () => {
    const withId = methods(plain).filter((method) => pathOf(plain, method).endsWith('{id}'));
    expect(withId.length).toBeGreaterThan(0);
    for (const { RequestParameters } of withId) {
      expect(RequestParameters).toEqual({ 'method.request.path.id': true });
    }
  });

  it('is throttled, traced and logged', () => {
    plain.template.hasResourceProperties('AWS::ApiGateway::Stage', {
      TracingEnabled: true,
      AccessLogSetting: {},
      MethodSettings: [
        { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40, LoggingLevel: 'ERROR', DataTraceEnabled: false },
      ],
    });
    synth({ apiRate: '5', apiBurst: '6' }).template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [{ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 }],
    });
  });
});

describe('callers', () => {
  const authOf = (options: Record<string, string>): [Synthesized, Method[]] => {
    const from = synth(options);
    return [from, methods(from)];
  };

  it('sign with IAM by default', () => {
    for (const { AuthorizationType } of methods(plain)) expect(AuthorizationType).toBe('AWS_IAM');
  });

  it('bring a key of the usage plan with auth=api-key', () => {
    const [from, all] = authOf({ auth: 'api-key' });
    for (const method of all)
      expect(method).toMatchObject({ AuthorizationType: 'NONE', ApiKeyRequired: true });
    from.template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 20, BurstLimit: 40 },
    });
    from.template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
  });

  it('are of the user pool with auth=cognito', () => {
    const userPool = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_abc';
    const [from, all] = authOf({ auth: 'cognito', userPool });
    for (const { AuthorizationType } of all) expect(AuthorizationType).toBe('COGNITO_USER_POOLS');
    from.template.hasResourceProperties('AWS::ApiGateway::Authorizer', { ProviderARNs: [userPool] });
  });

  it('bring a token of the issuer with auth=jwt, which alone deploys the function that checks it', () => {
    const [from, all] = authOf({ auth: 'jwt', jwtIssuer: 'https://issuer.example', jwtAudience: 'gordon' });
    for (const { AuthorizationType } of all) expect(AuthorizationType).toBe('CUSTOM');
    from.template.hasResourceProperties('AWS::ApiGateway::Authorizer', { Type: 'TOKEN' });
    from.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { GORDON_JWT_ISSUER: 'https://issuer.example', GORDON_JWT_AUDIENCE: 'gordon' },
      },
    });
    const names = (of: Synthesized) => Object.keys(of.of('AWS::Lambda::Function')).join();
    expect(names(from)).toContain('Authorize');
    expect(names(plain)).not.toContain('Authorize');
  });

  it('need a scope of the pool where scopes are required, and one of them is enough', () => {
    const userPool = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_abc';
    const [from, all] = authOf({ auth: 'cognito', userPool, scopes: 'gordon-data/' });
    const scopes = Object.fromEntries(
      all.map((method) => [`${method.HttpMethod} ${pathOf(from, method)}`, method.AuthorizationScopes]),
    );
    expect(scopes['GET /backfill/report']).toEqual([
      'gordon-data/read',
      'gordon-data/order',
      'gordon-data/admin',
    ]);
    expect(scopes['POST /backfill']).toEqual(['gordon-data/order', 'gordon-data/admin']);
    expect(scopes['DELETE /backfill/series']).toEqual(['gordon-data/admin']);
    expect(Object.values(scopes)).not.toContain(undefined);
    const [, open] = authOf({ auth: 'cognito', userPool });
    for (const { AuthorizationScopes } of open) expect(AuthorizationScopes).toBeUndefined();
  });

  it('need a scope of the issuer, which the function knows that checks the token', () => {
    const jwt = { auth: 'jwt', jwtIssuer: 'https://issuer.example', jwtAudience: 'gordon' };
    const [from] = authOf({ ...jwt, scopes: 'gordon-data:' });
    from.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { GORDON_JWT_SCOPES: 'gordon-data:' } },
    });
  });

  it('who are refused get a problem, as from the functions', () => {
    for (const [ResponseType, StatusCode] of [
      ['UNAUTHORIZED', '401'],
      ['ACCESS_DENIED', '403'],
    ]) {
      plain.template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
        ResponseType,
        StatusCode,
        ResponseParameters: {
          'gatewayresponse.header.Content-Type': "'application/problem+json'",
        },
      });
    }
  });
});
