import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { entryOf, type FunctionSpec } from '../../../functions/function-spec.ts';
import { functions, optionalFunctions } from '../../../functions/manifest.ts';
import { addressOf, type OperationId } from '../../../functions/routes.ts';
import { createServices, type Services } from '../../../functions/runtime/services.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { startJobTable } from '../../../host/jobs/job-table.ts';
import { pascal } from '../../../infra/constructs/function.ts';
import { readMachine } from '../../../simulation/machine/definition.ts';
import { interpret } from '../../../simulation/machine/interpret.ts';
import { startVenues } from '../../../simulator/index.ts';
import { backfillDefinition, type Placeholders } from '../../../statemachines/definition.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { passingTime } from '../../helpers/passing-time.ts';
import { startFakeS3 } from '../../runtime/exports/fake-s3.ts';
import type { Synthesized } from '../support/synth.ts';
import { accountOf } from './account.ts';
import { type Aws, startAws } from './aws.ts';
import { ENVIRONMENT, keyNeedsOf, useOf } from './keys.ts';
import { decider } from './simulate.ts';

interface HandlerModule {
  readonly createHandler: (
    services: () => Promise<Services>,
  ) => (event: unknown, context: Context) => Promise<unknown>;
}

const SPECS: readonly FunctionSpec[] = [...functions, ...optionalFunctions];
const STATES = functions.flatMap(({ state, handler }) =>
  state ? [[`${state}Function`, handler] as const] : [],
);
const MACHINE = readMachine(
  backfillDefinition({ ChunkExecutionType: 'STANDARD', ...Object.fromEntries(STATES) } as Placeholders),
);

export interface Requested {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** a refusal is an answer too */
  readonly refusable?: boolean;
}

export interface Deployment extends AsyncDisposable {
  readonly aws: Aws;
  /** operations that were called */
  readonly requested: Set<OperationId>;
  /** calls a function, with the environment and the role that the template gives it */
  invoke(handler: string, event?: unknown): Promise<unknown>;
  /** calls the function of an operation, as API Gateway does. @throws Error for an answer that is a problem */
  ask(id: OperationId, request?: Requested): Promise<{ readonly headers: object; readonly body: never }>;
  /** the warehouse, as its superuser */
  readonly sql: Sql;
  /** lets time pass, ms */
  skip(ms: number): void;
  /** epoch ms */
  now(): number;
  /** runs the state machine for a job. @param failing a function that fails each time */
  execute(jobId: string, failing?: string): Promise<void>;
}

/**
 * The functions of a template, each with its own environment, in front of AWS's services, which know the roles. Every call has services of its
 * own, as a cold start has. The logins of the database are the superuser's: who may do what there is tried elsewhere.
 * @param secrets texts of secrets, by ARN
 */
export async function startDeployment(
  stack: Synthesized,
  secrets: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const account = accountOf(stack);
  const database = await createTestDatabase();
  const time = passingTime();
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues'), clock: time.clock });
  const jobTable = await startJobTable(account.nameOf('AWS::DynamoDB::Table', 'JobTable'));
  const s3 = await startFakeS3(/./);
  const secret = (arn: string): string =>
    secrets[arn] ?? (arn.includes('fred') ? 'f'.repeat(32) : database.url);
  const aws = await startAws({
    decide: decider(account),
    keyNeeds: (need) => keyNeedsOf(account, need),
    jobTable: jobTable.url,
    s3: s3.url,
    secret,
  });
  const endpoints = ['DYNAMODB', 'EVENTBRIDGE', 'LAMBDA', 'S3', 'SECRETS_MANAGER', 'SFN'].map(
    (service) => [`AWS_ENDPOINT_URL_${service}`, aws.url] as const,
  );
  const environmentOf = (spec: FunctionSpec): NodeJS.ProcessEnv => ({
    ...(spec.access.includes('venues') && venues.env),
    ...account.environmentOf(pascal(spec.handler)),
    ...Object.fromEntries(endpoints),
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: pascal(spec.handler),
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  const invoke: Deployment['invoke'] = async (handler, event = {}) => {
    const spec = SPECS.find((one) => one.handler === handler)!;
    const module = (await import(
      new URL(`../../../${entryOf(spec)}`, import.meta.url).href
    )) as HandlerModule;
    const { clock, sleep } = time;
    const { environment: key } = account.keysOf(pascal(handler));
    if (key) await aws.require(pascal(handler), useOf(key, 'Decrypt', ENVIRONMENT));
    const services = await createServices(environmentOf(spec), { clock, sleep, connections: 1 });
    try {
      const context = { awsRequestId: randomUUID(), functionName: handler } as Context;
      const answer = await module.createHandler(async () => services)(
        JSON.parse(JSON.stringify(event)),
        context,
      );
      return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
    } finally {
      await services.close();
    }
  };
  const requested = new Set<OperationId>();
  return {
    aws,
    requested,
    invoke,
    async ask(id, { params = {}, query = {}, body, headers = {}, refusable } = {}) {
      requested.add(id);
      const { method, path } = addressOf(id, params);
      const { handler } = functions.find(({ operations }) => operations?.includes(id))!;
      const event = {
        httpMethod: method,
        path,
        headers,
        pathParameters: params,
        queryStringParameters: query,
        body: body === undefined ? null : JSON.stringify(body),
        isBase64Encoded: false,
      };
      const answer = (await invoke(handler, event)) as APIGatewayProxyResult;
      if (answer.statusCode >= (refusable ? 500 : 400)) throw new Error(`${method} ${path}: ${answer.body}`);
      return {
        headers: answer.headers ?? {},
        body: (answer.body.startsWith('{') ? JSON.parse(answer.body) : answer.body) as never,
      };
    },
    sql: database.connect({ max: 1 }),
    skip: time.skip,
    now: time.clock,
    async execute(jobId, failing) {
      const input = { jobId, nextWave: 1, previousMissing: -1 };
      await interpret(MACHINE, input, {
        isWanted: () => true,
        reached: () => undefined,
        sleep: time.sleep,
        invoke: (name, payload) =>
          name === failing ? Promise.reject(new Error('a fault of the test')) : invoke(name, payload),
      });
    },
    async [Symbol.asyncDispose]() {
      await aws[Symbol.asyncDispose]();
      await s3[Symbol.asyncDispose]();
      await jobTable.close();
      await venues.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
