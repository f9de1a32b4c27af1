import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');

/** LocalStack's own; its credentials open nothing else. */
export const ACCOUNT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
} as const;
const ENVIRONMENT = `aws://000000000000/${ACCOUNT.AWS_REGION}`;

export interface DeployRequest {
  /** where LocalStack answers */
  readonly url: string;
  /** for the app's assembly and the CDK's own files */
  readonly folder: string;
  /** a database with the newest schema: here no function of the stack migrates it */
  readonly databaseUrl: string;
  /** of the stack, see `infra/README.md`; with what LocalStack needs */
  readonly options?: Readonly<Record<string, string>>;
}

const Outputs = z.object({ ApiUrl: z.url(), StateMachineArn: z.string(), JobTableName: z.string() });

export interface Deployed {
  /** of the jobs API, on LocalStack's gateway */
  readonly apiUrl: string;
  readonly stateMachineArn: string;
  readonly jobTable: string;
}

/** Deploys the stack as `cdk deploy` would. @throws GordonError `program-failed` with the end of what the CDK said */
export async function deploy({ url, folder, databaseUrl, options = {} }: DeployRequest): Promise<Deployed> {
  const stack = options.stack ?? 'GordonData';
  const assembly = join(folder, 'cdk.out');
  const outputs = join(folder, 'outputs.json');
  mkdirSync(folder, { recursive: true });
  const env = environment(url, folder);
  const context = Object.entries({ host: 'localstack', architecture: 'x86_64', ...options }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  );
  await Promise.all([
    run(join(BIN, 'cdk'), ['synth', '--quiet', '--output', assembly, ...context], { cwd: ROOT, env }),
    // Elsewhere than in the project, whose app would be synthesised once more.
    run(join(BIN, 'cdklocal'), ['bootstrap', ENVIRONMENT], { cwd: folder, env }),
  ]);
  await run(
    join(BIN, 'cdklocal'),
    [
      ...['deploy', stack, '--app', assembly, '--require-approval', 'never', '--outputs-file', outputs],
      ...['--parameters', `DatabaseUrl=${databaseUrl}`],
    ],
    { cwd: folder, env },
  );
  const said = z.record(z.string(), Outputs).parse(JSON.parse(readFileSync(outputs, 'utf8')))[stack]!;
  return {
    apiUrl: gatewayUrl(url, said.ApiUrl),
    ...{ stateMachineArn: said.StateMachineArn, jobTable: said.JobTableName },
  };
}

function environment(url: string, folder: string): NodeJS.ProcessEnv {
  return {
    // The CDK's programs start `node`: the one among the packages.
    PATH: `${BIN}:${process.env.PATH}`,
    HOME: folder,
    ...{ CDK_HOME: join(folder, 'cdk-home'), CDK_DISABLE_CLI_TELEMETRY: '1' },
    // By number: for a name S3's client would put the bucket in front of it, and no name server knows that name.
    ...{ AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_S3: url },
  };
}

/** `https://{id}.execute-api.{address}/{stage}/` is a name that nobody resolves; this is the same API by path. */
function gatewayUrl(url: string, apiUrl: string): string {
  const { hostname, pathname } = new URL(apiUrl);
  return `${url}/_aws/execute-api/${hostname.split('.')[0]}${pathname.replace(/\/$/, '')}`;
}
