import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');

/** LocalStack's own; its credentials open nothing else. */
export const ACCOUNT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
} as const;
const ENVIRONMENT = `aws://000000000000/${ACCOUNT.AWS_REGION}`;

export interface Target {
  /** where LocalStack answers */
  readonly url: string;
  /** for the CDK's own files */
  readonly folder: string;
}

export interface Deployed {
  /** of the jobs API, on LocalStack's gateway */
  readonly apiUrl: string;
  readonly stateMachineArn: string;
  readonly jobTable: string;
}

const STACK = 'GordonData';
const Outputs = z.object({
  [STACK]: z.object({ ApiUrl: z.url(), StateMachineArn: z.string(), JobTableName: z.string() }),
});

/** Options for functions that use simulated venues. @param env the simulator's own environment */
export const simulated = (env: Readonly<Record<string, string>>): Record<string, string> => ({
  venues: 'simulated',
  // Keys of venues are secrets, and no options.
  ...Object.fromEntries(Object.entries(env).filter(([name]) => name.endsWith('_URL'))),
});

/**
 * Synthesises the app for LocalStack, which need not run yet.
 * @param options of the stack, see `infra/README.md`
 * @returns the folder of the assembly
 * @throws GordonError `program-failed` with the end of the CDK's output, as the others do
 */
export async function synthesize(folder: string, options: Readonly<Record<string, string>>): Promise<string> {
  const assembly = join(folder, 'cdk.out');
  const all = { host: 'localstack', architecture: 'x86_64', ...options };
  const context = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await cdk('cdk', ['synth', '--quiet', '--output', assembly, ...context], { folder, cwd: ROOT });
  return assembly;
}

/** Makes what every deployment by the CDK needs in an account: once for each start of LocalStack. */
export async function bootstrap(target: Target): Promise<void> {
  // Elsewhere than in the project, whose app would be synthesised once more.
  await cdk('cdklocal', ['bootstrap', ENVIRONMENT], { ...target, cwd: target.folder });
}

/**
 * Deploys an assembly, as often as one likes.
 * @param databaseUrl a database with the newest schema: here no function of the stack migrates it
 */
export async function deploy(target: Target, assembly: string, databaseUrl: string): Promise<Deployed> {
  const outputs = join(target.folder, 'outputs.json');
  const parameters = ['--parameters', `DatabaseUrl=${databaseUrl}`, '--outputs-file', outputs];
  const args = ['deploy', '--app', assembly, '--require-approval', 'never', ...parameters];
  await cdk('cdklocal', args, { ...target, cwd: target.folder });
  const stackOutputs = Outputs.parse(JSON.parse(readFileSync(outputs, 'utf8')))[STACK];
  return {
    apiUrl: gatewayUrl(target.url, stackOutputs.ApiUrl),
    stateMachineArn: stackOutputs.StateMachineArn,
    jobTable: stackOutputs.JobTableName,
  };
}

async function cdk(
  program: 'cdk' | 'cdklocal',
  args: readonly string[],
  { url, folder, cwd }: { url?: string; folder: string; cwd: string },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const env = {
    // The CDK's programs start `node`: the one among the packages.
    PATH: `${BIN}:${process.env.PATH}`,
    HOME: folder,
    CDK_HOME: join(folder, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: '1',
    // By number: for a name S3's client would put the bucket in front of it, and no name server knows that name.
    ...(url && { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_S3: url }),
  };
  await run(join(BIN, program), args, { cwd, env });
}

/** `https://{id}.execute-api.{address}/{stage}/` is a name that does not resolve; this is the same API by path. */
function gatewayUrl(url: string, apiUrl: string): string {
  const { hostname, pathname } = new URL(apiUrl);
  return `${url}/_aws/execute-api/${hostname.split('.')[0]}${pathname.replace(/\/$/, '')}`;
}
