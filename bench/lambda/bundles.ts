import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { descriptionOf } from '../../functions/function-spec.ts';
import { type FunctionSpec, functions } from '../../functions/manifest.ts';

export interface Bundle {
  readonly spec: FunctionSpec;
  /** of the module, as `import` takes it */
  readonly url: string;
  readonly bytes: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** With these the stack has every function of the manifest. */
const OPTIONS = { auth: 'jwt', jwtIssuer: 'https://issuer.example', jwtAudience: 'gordon' };

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: LambdaProperties }>;
}
interface LambdaProperties {
  readonly Description?: string;
  readonly Code?: { readonly S3Key?: string };
}

/**
 * The functions as a deployment makes them: the CDK app itself is synthesized, as `cdk synth` does it.
 * @param folder where they go; what an earlier call left there is used again
 */
export async function makeBundles(folder: string): Promise<Bundle[]> {
  const file = join(folder, 'GordonData.template.json');
  if (!existsSync(file)) {
    const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
    const CDK_CONTEXT_JSON = JSON.stringify({ ...context, ...OPTIONS });
    const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON };
    await promisify(execFile)(process.execPath, ['infra/app.ts'], { cwd: ROOT, env });
  }
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const lambdas = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  return functions.map((spec) => {
    const made = lambdas.find(({ Properties }) => Properties.Description === descriptionOf(spec));
    const key = made?.Properties.Code?.S3Key;
    if (!key) throw new Error(`${file} has no function for ${spec.handler}: empty ${folder} and try again`);
    const path = join(folder, `asset.${key.replace(/\.zip$/, '')}`, 'index.mjs');
    return { spec, url: pathToFileURL(path).href, bytes: statSync(path).size };
  });
}
