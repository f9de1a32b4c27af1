import { NOWHERE } from '../support/synth.ts';
import type { Account } from './account.ts';
import type { Need } from './calls.ts';

/**
 * What AWS does with a key on behalf of who calls, as the services' pages on encryption say: DynamoDB opens the table's own key, S3 makes one for
 * what is written and opens one for what is read (the parts of an upload are opened as well), Secrets Manager does both for a new text.
 */
const USES: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:DeleteItem': ['Decrypt'],
  'dynamodb:GetItem': ['Decrypt'],
  'dynamodb:PutItem': ['Decrypt'],
  'dynamodb:Query': ['Decrypt'],
  'dynamodb:UpdateItem': ['Decrypt'],
  's3:GetObject': ['Decrypt'],
  's3:PutObject': ['GenerateDataKey', 'Decrypt'],
  'secretsmanager:GetSecretValue': ['Decrypt'],
  'secretsmanager:PutSecretValue': ['GenerateDataKey', 'Decrypt'],
};

/** What opens the environment of a function before it starts. */
export const ENVIRONMENT = 'lambda';

/** The permissions on a key that a permission on what it encrypts needs besides; none where a service's own key encrypts. */
export function keyNeedsOf(account: Account, { action, resource }: Need): Need[] {
  const key = account.keyOf(resource);
  if (key === undefined) return [];
  const [service] = action.split(':') as [string];
  return (USES[action] ?? []).map((use) => useOf(key, use, service));
}

export const useOf = (key: string, use: string, service: string): Need => ({
  action: `kms:${use}`,
  resource: key,
  context: {
    'kms:ViaService': `${service}.${NOWHERE.region}.amazonaws.com`,
    'kms:CallerAccount': NOWHERE.account,
  },
});
