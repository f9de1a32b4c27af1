import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../functions/http/service/authorize.ts';
import { OPERATION_IDS, operationsFor, routeOf } from '../../functions/routes.ts';
import { tokenVerifier } from '../../functions/runtime/token-verifier.ts';

const issuer = 'https://issuer.example/tenant';
const audience = 'gordon-data';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;

function token(claims: object = {}, key: KeyObject = privateKey, header: object = {}): string {
  const head = encode({ alg: 'ES256', kid: 'one', typ: 'JWT', ...header });
  const body = encode({ iss: issuer, aud: audience, sub: 'alice', exp: inAnHour, ...claims });
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' });
  return `${head}.${body}.${signature.toString('base64url')}`;
}

const documents: Record<string, object> = {
  [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: 'https://keys.example/jwks' },
  'https://keys.example/jwks': {
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }],
  },
};
const answers = (async (url: string) =>
  documents[url] ? Response.json(documents[url]) : new Response('no', { status: 404 })) as typeof fetch;

describe('a token', () => {
  const verify = tokenVerifier({ issuer, audience, fetch: answers });

  it('of the issuer, for this audience, lets its subject in', async () => {
    expect(await verify(token())).toEqual({ subject: 'alice', scopes: [] });
  });

  it.each([
    ['one text', { scope: 'openid gordon-data/read' }, ['openid', 'gordon-data/read']],
    ['a list', { scp: ['gordon-data/read', 'gordon-data/order'] }, ['gordon-data/read', 'gordon-data/order']],
    ['a list with a number', { scp: [7, 'gordon-data/read'] }, ['gordon-data/read']],
  ])('has its scopes in %s', async (_, claims, scopes) => {
    expect(await verify(token(claims))).toEqual({ subject: 'alice', scopes });
  });

  it.each([
    ['that somebody else signed', token({}, stranger.privateKey)],
    ['of another issuer', token({ iss: 'https://else.example' })],
    ['for another audience', token({ aud: 'shop' })],
    ['that has ended', token({ exp: inAnHour - 7_200 })],
    ['that never ends', token({ exp: undefined })],
    ['that is not valid yet', token({ nbf: inAnHour })],
    ['without a signature', `${token({}, privateKey, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['that is none', 'secret'],
  ])('%s does not', async (_, text) => {
    expect(await verify(text)).toBeUndefined();
  });
});

describe('keys that cannot be read', () => {
  it('are no verdict about the token, and are fetched again', async () => {
    let down = true;
    const flaky = (async (url: string) =>
      down ? new Response('', { status: 503 }) : answers(url)) as typeof fetch;
    const verify = tokenVerifier({ issuer, audience, fetch: flaky });
    await expect(verify(token())).rejects.toMatchObject({ code: 'issuer-unreachable', status: 503 });
    down = false;
    expect(await verify(token())).toEqual({ subject: 'alice', scopes: [] });
  });
});

describe('the authorizer', () => {
  const handler = createHandler(undefined, () => ({ issuer, audience, fetch: answers }));
  const methodArn = 'arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/GET/backfill/jobs';
  const authorize = (authorizationToken: string) => handler({ type: 'TOKEN', authorizationToken, methodArn });

  it('opens the stage, for the gateway keeps its answer for the next method', async () => {
    expect(await authorize(`Bearer ${token()}`)).toEqual({
      principalId: 'alice',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: 'arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/*',
          },
        ],
      },
    });
  });

  it('says the one word that the gateway makes a 401 of', async () => {
    await expect(authorize(`Bearer ${token({ aud: 'shop' })}`)).rejects.toThrow(/^Unauthorized$/);
  });

  describe('where scopes are required', () => {
    const scoped = createHandler(undefined, () => ({ issuer, audience, scopes: 'gd/', fetch: answers }));
    const opens = async (scope: string) => {
      const authorizationToken = `Bearer ${token({ scope })}`;
      const { policyDocument } = await scoped({ type: 'TOKEN', authorizationToken, methodArn });
      const [{ Effect, Resource }] = policyDocument.Statement as never as [
        { Effect: string; Resource: string | string[] },
      ];
      return [Effect, ...[Resource].flat().map((arn) => arn.split('/v1/')[1])];
    };
    const ADMINS = ['DELETE/backfill/series', 'POST/backfill/retention'];
    const ORDERS = OPERATION_IDS.map(routeOf)
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => method + path.replace('{id}', '*'))
      .filter((method) => !ADMINS.includes(method));

    it('opens what the best of them says, and what is below it', async () => {
      expect(await opens('gd/read')).toEqual(['Allow', 'GET/*']);
      expect(await opens('gd/order')).toEqual(['Allow', 'GET/*', ...ORDERS]);
      expect(ORDERS).toEqual(expect.arrayContaining(['POST/backfill', 'DELETE/backfill/jobs/*']));
      const [allow, ...all] = await opens('gd/read gd/admin');
      expect([allow, ...all.sort()]).toEqual(['Allow', ...['GET/*', ...ORDERS, ...ADMINS].sort()]);
    });

    it('opens nothing to a token with none of them', async () => {
      expect(await opens('openid read')).toEqual(['Deny', '*']);
    });
  });
});

it('what a reader may do is every GET and nothing else, so that a policy can say it by the method', () => {
  const gets = OPERATION_IDS.filter((id) => routeOf(id).method === 'GET');
  expect(operationsFor('read')).toEqual(gets);
});
