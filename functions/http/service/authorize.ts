import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { readEnv, required } from '../../runtime/env.ts';
import { type TrustedIssuer, tokenVerifier, type VerifyToken } from '../../runtime/token-verifier.ts';

/** API Gateway makes a 401 of an authorizer's error with this message, and a 500 of any other. */
const UNAUTHORIZED = 'Unauthorized';

const issuerFromEnv = (): TrustedIssuer => {
  const env = readEnv(process.env);
  return { issuer: required(env, 'GORDON_JWT_ISSUER'), audience: required(env, 'GORDON_JWT_AUDIENCE') };
};

/** Other hosts of the manifest's functions serve their own machine alone and ask nobody for a token. */
export function createHandler(_services?: unknown, trusted: () => TrustedIssuer = issuerFromEnv) {
  let verify: VerifyToken | undefined;
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    verify ??= tokenVerifier(trusted());
    const caller = await verify(event.authorizationToken.replace(/^bearer /i, ''));
    if (!caller) throw new Error(UNAUTHORIZED);
    return { principalId: caller.subject, policyDocument: allowAll(event.methodArn) };
  };
}

/** For the whole stage, not the one method: the gateway keeps the answer and uses it for the token's next request. */
const allowAll = (methodArn: string): APIGatewayAuthorizerResult['policyDocument'] => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: `${methodArn.split('/').slice(0, 2).join('/')}/*`,
    },
  ],
});

export const handler = createHandler();
