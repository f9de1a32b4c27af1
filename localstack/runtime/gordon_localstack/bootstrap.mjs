// Runs one Lambda function: see node_process.py for the lines that go in and out.
import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const results = Number(process.env.GORDON_RESULT_FD);
delete process.env.GORDON_RESULT_FD;

/** A pipe takes what it has room for. */
function send(message) {
  let left = Buffer.from(`${JSON.stringify(message)}\n`);
  while (left.length > 0) left = left.subarray(writeSync(results, left));
}

/** As Lambda's runtime reports what was thrown. */
function failure(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

async function load() {
  const { LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env;
  const [file, member] = name.split('.');
  const path = ['.mjs', '.js'].map((end) => join(root, file + end)).find((one) => existsSync(one));
  if (!path)
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  const handler = (await import(pathToFileURL(path).href))[member];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
}

function contextOf({ id, arn, deadline }) {
  const { env } = process;
  return {
    awsRequestId: id,
    invokedFunctionArn: arn,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// LocalStack is gone, or wants this process to go: at once, whatever it is doing.
process.stdin.on('end', () => process.exit(0));

const handler = await load().catch((error) => {
  console.error(error);
  send({ error: failure(error) });
  process.exit(1);
});
send({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.trace) process.env._X_AMZN_TRACE_ID = request.trace;
  let answer;
  try {
    const value = await handler(JSON.parse(request.event || '{}'), contextOf(request));
    answer = { result: JSON.stringify(value ?? null) };
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(failure(error)));
    answer = { error: failure(error) };
  }
  process.stdout.write(`END ${request.id}\n`);
  send(answer);
}
