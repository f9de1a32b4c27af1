import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { operationsFor, routeOf, SCOPES } from '../../routes.ts';
import { readEnv, required } from '../../runtime/env.ts';
import {
  type Caller,
  type TrustedIssuer,
  tokenVerifier,
  type VerifyToken,
} from '../../runtime/token-verifier.ts';

/** API Gateway makes a 401 of an authorizer's error with this message, and a 500 of any other. */
const UNAUTHORIZED = 'Unauthorized';

export interface Admission extends TrustedIssuer {
  /** what the scopes of its tokens begin with; absent: every token may do everything */
  readonly scopes?: string | undefined;
}

const admissionFromEnv = (): Admission => {
  const env = readEnv(process.env);
  return {
    issuer: required(env, 'GORDON_JWT_ISSUER'),
    audience: required(env, 'GORDON_JWT_AUDIENCE'),
    scopes: env.GORDON_JWT_SCOPES,
  };
};

/** Other hosts of the manifest's functions serve their own machine alone and require no token. */
export function createHandler(_services?: unknown, admission: () => Admission = admissionFromEnv) {
  let open: { readonly verify: VerifyToken; readonly scopes: string | undefined } | undefined;
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    if (!open) {
      const trusted = admission();
      open = { verify: tokenVerifier(trusted), scopes: trusted.scopes };
    }
    const caller = await open.verify(event.authorizationToken.replace(/^bearer /i, ''));
    if (!caller) throw new Error(UNAUTHORIZED);
    const stage = event.methodArn.split('/').slice(0, 2).join('/');
    return { principalId: caller.subject, policyDocument: policyFor(caller, open.scopes, stage) };
  };
}

type Policy = APIGatewayAuthorizerResult['policyDocument'];

/** For all methods at once, not the one that was called: the gateway keeps the answer and uses it for the token's next request. */
function policyFor({ scopes }: Caller, prefix: string | undefined, stage: string): Policy {
  if (prefix === undefined) return policyOf('Allow', `${stage}/*`);
  const held = SCOPES.filter((scope) => scopes.includes(prefix + scope)).at(-1);
  if (!held) return policyOf('Deny', `${stage}/*`);
  const others = operationsFor(held)
    .map(routeOf)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => method + path.replaceAll(/\{\w+\}/g, '*'));
  // A token with more rights may read, and everything that only reads is a GET.
  return policyOf(
    'Allow',
    ['GET/*', ...others].map((method) => `${stage}/${method}`),
  );
}

const policyOf = (Effect: 'Allow' | 'Deny', Resource: string | string[]): Policy => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }],
});

export const handler = createHandler();
