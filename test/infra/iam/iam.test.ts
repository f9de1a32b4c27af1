import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functions, optionalFunctions } from '../../../functions/manifest.ts';
import { pascal } from '../../../infra/constructs/function.ts';
import { synth } from '../support/synth.ts';
import { accountOf, regional } from './account.ts';
import { missingObject, type Need } from './calls.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { keyNeedsOf, useOf } from './keys.ts';
import { liveThrough } from './scenario.ts';
import { decider } from './simulate.ts';
import { PLATFORM, UNUSED } from './unused.ts';

const FRED = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:fred-AbCdEf';
/** With a key of the customer's: what AWS does with it for a function is a permission of that function too. */
const stack = synth({ exports: 'new', fredSecret: FRED, encryptionKey: 'new' });
const GIVEN_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const account = accountOf(stack);
const constructs = [...functions, ...optionalFunctions]
  .filter(({ authorizes }) => !authorizes)
  .map(({ handler }) => pascal(handler));

/** `dynamodb:Query on table/JobTable/index/by_status`: a grant without what all ARNs begin with. */
const short = (grant: string): string =>
  grant
    .replace(/ on arn:aws:[^:]*:[^:]*:[^:]*:/, ' on ')
    .replace(/-AbCdEf$/, '')
    .replace(/ on key\/0.*/, ' on key/Key');

const grantsOf = (construct: string): string[] =>
  account
    .policyOf(construct)
    .Statement.flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((arn) => `${action} on ${arn}`)),
    );

/** Whether a grant is the one that allowed a call. */
const covers = (grant: string, call: { action: string; resource: string }): boolean => {
  const [action, arn] = grant.split(' on ') as [string, string];
  const [begin, ...more] = arn.split('*') as [string, ...string[]];
  const fits = more.length === 0 ? call.resource === arn : call.resource.startsWith(begin);
  return action === call.action && fits;
};

describe('what the functions do', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await startDeployment(stack);
    await liveThrough(deployment);
    // The calls of the migration come before the database; this one is nowhere, for its logins are the whole server's.
    const owner = account.environmentOf('Migrate').GORDON_DATABASE_URL_SECRET_ARN!;
    await using alone = await startDeployment(stack, { [owner]: 'postgres://owner:x@127.0.0.1:1/none' });
    await expect(alone.invoke('migrate')).rejects.toMatchObject({ code: 'database-unreachable' });
    deployment.aws.allowed.push(...alone.aws.allowed);
    deployment.aws.denied.push(...alone.aws.denied);
  });
  afterAll(() => deployment?.[Symbol.asyncDispose]());

  it('is allowed by their own roles', () => {
    expect(deployment.aws.denied).toEqual([]);
  });

  it('is allowed with a key of the operator’s too, whose own policy leaves it to the account', async () => {
    const given = accountOf(synth({ exports: 'new', fredSecret: FRED, encryptionKey: GIVEN_KEY }));
    const decide = decider(given);
    const uses = deployment.aws.allowed.filter(({ action }) => action.startsWith('kms:'));
    expect(new Set(uses.map(({ action }) => action))).toEqual(
      new Set(['kms:Decrypt', 'kms:GenerateDataKey']),
    );
    const refused: string[] = [];
    for (const { by, action, context } of uses) {
      if (!(await decide(by, { action, resource: GIVEN_KEY, context }))) refused.push(`${by}: ${action}`);
    }
    expect(refused).toEqual([]);
    for (const { by, action, resource } of deployment.aws.allowed.filter((call) => !uses.includes(call))) {
      const needs = keyNeedsOf(given, { action, resource, context: {} }).map((need) => need.resource);
      expect([by, ...new Set(needs)]).toEqual([by, ...(needs.length > 0 ? [GIVEN_KEY] : [])]);
    }
  });

  it('is all that they do: each of them was called', () => {
    const called = new Set(
      deployment.aws.allowed.filter(({ action }) => !action.startsWith('kms:')).map(({ by }) => by),
    );
    expect(constructs.filter((name) => !called.has(name))).toEqual(['Openapi']);
  });

  it('is all that is allowed, but for a list with its reasons', () => {
    const unused = constructs.flatMap((name) => {
      const calls = deployment.aws.allowed.filter(({ by }) => by === name);
      const idle = grantsOf(name).filter((grant) => !calls.some((call) => covers(grant, call)));
      return idle.map((grant) => [short(grant), name] as const);
    });
    const byGrant = Map.groupBy(
      unused.filter(([grant]) => !PLATFORM.test(grant)),
      ([grant]) => grant,
    );
    const found = [...byGrant].map(([grant, all]) => [
      grant,
      all
        .map(([, name]) => name)
        .sort()
        .join(' '),
    ]);
    const whichever = new Set(UNUSED.flatMap(({ grant, of }) => (of === undefined ? [grant] : [])));
    const listed = UNUSED.map(({ grant, of }) => [grant, of ?? 'whichever']);
    const seen = found.map(([grant, of]) => [grant, whichever.has(grant!) ? 'whichever' : of]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(listed));
  });
});

describe('a key of the customer', () => {
  const decide = decider(account);
  const LOGS = 'logs.eu-central-1.amazonaws.com';

  it('is used by CloudWatch Logs for each log of the account, and for no other', async () => {
    const may = (log: string, key: string) =>
      decide(LOGS, {
        action: 'kms:GenerateDataKey',
        resource: key,
        context: { 'kms:EncryptionContext:aws:logs:arn': log },
      });
    for (const name of constructs) {
      const { log: key } = account.keysOf(name);
      expect([name, await may(regional('logs', `log-group:${name}`), key!)]).toEqual([name, true]);
    }
    const elsewhere = 'arn:aws:logs:eu-central-1:999999999999:log-group:x';
    expect(await may(elsewhere, account.keysOf('FetchChunk').log!)).toBe(false);
  });

  it('opens nothing by itself, and no service but those of the program', async () => {
    const key = account.keysOf('FetchChunk').environment!;
    const may = (need: Need) => decide('FetchChunk', need);
    expect(await may({ action: 'kms:Decrypt', resource: key, context: {} })).toBe(false);
    expect(await may(useOf(key, 'Decrypt', 'ec2'))).toBe(false);
    expect(await may(useOf(key, 'Decrypt', 'dynamodb'))).toBe(true);
    expect(await may({ ...useOf(key, 'Decrypt', 'dynamodb'), action: 'kms:ScheduleKeyDeletion' })).toBe(
      false,
    );
  });
});

describe('the simulation', () => {
  const decide = decider(account);

  it('refuses what no statement allows', async () => {
    const [table] = grantsOf('ListJobs').flatMap((grant) => grant.match(/(?<=GetItem on ).*/) ?? []);
    const may = (action: string) => decide('ListJobs', { action, resource: table!, context: {} });
    expect([await may('dynamodb:GetItem'), await may('dynamodb:PutItem')]).toEqual([true, false]);
  });

  it('refuses a bucket without TLS, as the bucket’s own policy says', async () => {
    const order = { action: 's3:PutObject', resource: 'arn:aws:s3:::filesbucket/orders/x' };
    const over = (tls: string) => decide('Rows', { ...order, context: { 'aws:SecureTransport': tls } });
    expect([await over('true'), await over('false')]).toEqual([true, false]);
  });

  it('hides that an object is missing from who may list a prefix alone: the export looks at its list then', async () => {
    expect(await decide('ExportMonths', missingObject('exportsbucket'))).toBe(false);
    expect(await decide('Rows', missingObject('filesbucket'))).toBe(true);
  });
});
