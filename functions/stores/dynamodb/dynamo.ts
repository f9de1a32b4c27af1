import { type ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GordonError } from '../../core/errors/errors.ts';
import { SECOND } from '../../core/time/time.ts';

/** The SDK itself waits forever, while an answer of this table takes milliseconds. */
const PATIENCE = { connectionTimeout: 3 * SECOND, requestTimeout: 5 * SECOND, throwOnRequestTimeout: true };

/** A document client. The SDK's own environment decides where it connects (`AWS_ENDPOINT_URL_DYNAMODB`, region, …). */
export const documentClient = (config: ConstructorParameters<typeof DynamoDBClient>[0] = {}) =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler: PATIENCE, ...config }), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** Whether a conditional write was refused because its condition did not hold. */
export const isConditionFailed = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

const TRANSIENT = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
]);

/** Runs a call to the job table. A transient failure becomes `RetryableStoreError`. */
export async function onTable<T>(subject: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof GordonError || isConditionFailed(error)) throw error;
    const name = error instanceof Error ? error.name : '';
    const network = error instanceof Error && 'code' in error;
    throw new GordonError({
      name: TRANSIENT.has(name) || network ? 'RetryableStoreError' : 'PermanentError',
      code: 'job-table-failed',
      subject,
      message: 'the job table did not answer.',
      cause: error,
      status: 503,
    });
  }
}
