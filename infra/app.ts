import { App } from 'aws-cdk-lib';
import { OptionError, readContext } from './context.ts';
import { GordonDataStack } from './stack.ts';

const app = new App();
try {
  const options = readContext(app.node.getAllContext());
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  new GordonDataStack(app, options.stack, {
    options,
    env: { ...(account && { account }), ...(region && { region }) },
  });
} catch (error) {
  // An operator's mistake is reported as a sentence; a fault of the program keeps its stack trace.
  if (!(error instanceof OptionError)) throw error;
  console.error(error.message);
  process.exit(1);
}
