import { fileURLToPath } from 'node:url';
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Where package-lock.json lies, and what the entries' paths begin with. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What CommonJS packages inside an ES module still ask for. */
const COMMONJS =
  "import{createRequire}from'node:module';import{fileURLToPath as toPath}from'node:url';" +
  "const require=createRequire(import.meta.url),__dirname=toPath(new URL('.',import.meta.url));";

/**
 * One minified ES module, the AWS SDK included: what is deployed is the version that was tested.
 * @param files a folder of the project that is laid beside the module
 */
export const bundling = (files?: string): BundlingOptions => ({
  format: OutputFormat.ESM,
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  target: 'node24',
  mainFields: ['module', 'main'],
  bundleAwsSDK: true,
  logLevel: LogLevel.WARNING,
  banner: COMMONJS,
  ...(files && {
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      // Node, not `cp`: it is there on every machine that got this far.
      afterBundling: (from: string, to: string) => [
        `node -e "require('fs').cpSync('${slashes(from)}/${files}','${slashes(to)}/${files}',{recursive:true})"`,
      ],
    },
  }),
});

const slashes = (path: string): string => path.replaceAll('\\', '/');
